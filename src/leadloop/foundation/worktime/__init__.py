"""Working time: how much of it lies between two moments, and when an amount of it has passed.

A :class:`Calendar` says which days and hours are worked; :class:`WorkingTime` answers for it, and
:class:`ElapsedTime` answers the same questions for a clock that never stops. All arithmetic is on
intervals of whole microseconds: the cost does not depend on how far two moments lie apart.
"""

from __future__ import annotations

from leadloop.foundation.worktime.calendar import Calendar, Span, known_until
from leadloop.foundation.worktime.clock import ElapsedTime, TimeCount, WorkingTime

__all__ = ["Calendar", "ElapsedTime", "Span", "TimeCount", "WorkingTime", "known_until"]
