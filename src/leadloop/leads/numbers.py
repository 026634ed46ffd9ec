"""Lead numbers: LX, the year, six digits; gapless and without a race on both databases."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

from leadloop.foundation.rows import ask
from leadloop.leads.models import Lead, NumberSeries

# One statement: the database adds and answers, so two writers never get the same number. On PostgreSQL
# the row stays locked until the caller commits; draw the number as late in the transaction as possible.
_TAKE = """
INSERT INTO leads_numberseries (prefix, last) VALUES (%s, %s)
ON CONFLICT (prefix) DO UPDATE SET last = leads_numberseries.last + %s
RETURNING last
"""
_DIGITS = 6


def allocate(*, now: datetime, count: int = 1) -> list[str]:
    """The next ``count`` numbers of the year of ``now``, past any that an import brought along."""
    prefix = f"LX{timezone.localtime(now).year}"
    while True:
        last = _take(prefix, count)
        numbers = [f"{prefix}{n:0{_DIGITS}d}" for n in range(last - count + 1, last + 1)]
        if not _taken(prefix, numbers):
            return numbers
        NumberSeries.objects.filter(pk=prefix).update(last=max(last, _highest(prefix)))


def _take(prefix: str, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [prefix, count, count])
        (last,) = cursor.fetchone()
    return int(last)


def _taken(prefix: str, numbers: list[str]) -> bool:
    if len(numbers) == 1:
        return bool(ask("SELECT 1 FROM leads_lead WHERE number = %s", numbers[0]))
    among = Lead.objects.filter(number__gte=numbers[0], number__lte=numbers[-1], number__startswith=prefix)
    return among.exists()


def _highest(prefix: str) -> int:
    """The highest number in use that has our form."""
    form = rf"^{prefix}[0-9]{{{_DIGITS}}}$"
    rows = Lead.objects.filter(number__startswith=prefix, number__regex=form).order_by("-number")
    number = rows.values_list("number", flat=True).first()
    return int(number.removeprefix(prefix)) if number else 0
