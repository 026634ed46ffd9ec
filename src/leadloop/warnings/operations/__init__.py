"""Finding warnings, and what people do with them."""

from leadloop.warnings.operations.answering import act, judge, snooze

__all__ = ["act", "judge", "snooze"]
