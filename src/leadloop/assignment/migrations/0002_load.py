from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assignment", "0001_assignment")]

    operations = [
        migrations.CreateModel(
            name="Load",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_id", models.BigIntegerField()),
                ("grade", models.CharField(blank=True, max_length=1)),
                ("leads", models.IntegerField()),
            ],
            options={"indexes": [models.Index(fields=["owner_id", "grade"], name="load_by_owner")]},
        ),
    ]
