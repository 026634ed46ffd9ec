"""Computing clocks, making the steps of the ladder, and the calendars that clocks go by."""

from leadloop.clocks.operations.calendars import (
    CalendarFacts,
    SpecialDay,
    remove_calendar,
    save_calendar,
)
from leadloop.clocks.operations.following import follow
from leadloop.clocks.operations.nudging import nudge, nudge_person
from leadloop.clocks.operations.recomputing import recompute, recompute_many, together
from leadloop.clocks.operations.sweeping import Swept, sweep
from leadloop.clocks.operations.telling import tell_untold

__all__ = [
    "CalendarFacts",
    "SpecialDay",
    "Swept",
    "follow",
    "nudge",
    "nudge_person",
    "recompute",
    "recompute_many",
    "remove_calendar",
    "save_calendar",
    "sweep",
    "tell_untold",
    "together",
]
