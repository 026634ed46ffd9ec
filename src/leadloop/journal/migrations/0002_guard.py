from django.db import migrations

from leadloop.journal import guard


def on(apps, editor):
    guard.add_transaction_column(editor.connection)
    guard.install(editor.connection)


def off(apps, editor):
    guard.remove(editor.connection)


class Migration(migrations.Migration):
    """No update, delete or truncate of a journal row, whoever asks."""

    dependencies = [("journal", "0001_journal")]

    operations = [migrations.RunPython(on, off)]
