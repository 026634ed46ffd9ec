"""One at a time: who draws from a counter waits until everybody who drew before has committed.

Counting what people have and then giving them more is only right when nobody else does the same in
between. The row of the counter is that gate: on PostgreSQL it stays locked until the caller's transaction
ends, and what is read after drawing sees everything that earlier holders wrote. On SQLite there is one
writer anyway.
"""

from __future__ import annotations

from django.db import connection

# As for lead numbers: adding and answering in one statement.
_DRAW = """
INSERT INTO assignment_turn (key, last) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET last = assignment_turn.last + %s
RETURNING last
"""

ASSIGNING = "assigning"


def draw(key: str, count: int = 1) -> int:
    """The last of the next ``count`` numbers of ``key``; ours alone until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("draw() needs the transaction of the change it guards")
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [key, count, count])
        (last,) = cursor.fetchone()
    return int(last)


def views_of(person_id: int) -> str:
    """What one person opens in the pools is counted one after the other, so that the limit holds."""
    return f"views:{person_id}"
