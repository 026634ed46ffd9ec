"""What the working calendars say about the future."""

from __future__ import annotations

from datetime import date

from leadloop.clocks.models import WorkCalendar
from leadloop.foundation.worktime import known_until


def last_known_day() -> date | None:
    """Until when public holidays are known, of the calendars in use; None when none asks for any."""
    names = set(WorkCalendar.objects.values_list("holidays", flat=True))
    if not WorkCalendar.objects.filter(is_default=True).exists():
        names.add("china")
    days = [day for name in names if (day := known_until(name)) is not None]
    return min(days, default=None)
