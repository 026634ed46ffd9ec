from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_filtered_index")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["owner", "grade", "state"], condition=models.Q(state="open"), name="lead_load"
            ),
        ),
    ]
