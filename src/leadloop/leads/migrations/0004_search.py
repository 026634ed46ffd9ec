from django.db import migrations

from leadloop.leads.search import index


def on(apps, editor):
    index.create(editor.connection)
    index.fill()


def off(apps, editor):
    index.drop(editor.connection)


class Migration(migrations.Migration):
    """The words that names are found by. Existing names are indexed in chunks of their own transactions, so
    that a large database is not locked meanwhile; after an interruption it starts again."""

    atomic = False
    dependencies = [("leads", "0003_views"), ("customers", "0001_customers")]

    operations = [migrations.RunPython(on, off)]
