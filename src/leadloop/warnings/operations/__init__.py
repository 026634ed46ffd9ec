"""Finding warnings, and what people do with them."""

from leadloop.warnings.operations.answering import act, judge, snooze
from leadloop.warnings.operations.learning import learn
from leadloop.warnings.operations.publishing import publish
from leadloop.warnings.operations.sweeping import Swept, look, sweep

__all__ = ["Swept", "act", "judge", "learn", "look", "publish", "snooze", "sweep"]
