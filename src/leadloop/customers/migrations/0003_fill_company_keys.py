from __future__ import annotations

from django.db import connections, migrations

from leadloop.customers.rules import company_key, sound_key

CHUNK = 5_000


def fill(apps, schema_editor) -> None:
    """Company keys of the customers that are already there."""
    connection = connections[schema_editor.connection.alias]
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, name FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s", [last, CHUNK]
            )
            rows = cursor.fetchall()
            if not rows:
                return
            keys = [(company_key(name), pk) for pk, name in rows]
            cursor.executemany(
                "UPDATE customers_customer SET company_key = %s, sound_key = %s WHERE id = %s",
                [(key, sound_key(key), pk) for key, pk in keys],
            )
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_company_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
