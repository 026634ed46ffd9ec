"""Keep the findings in step with the leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from leadloop.leads.models import Lead


def screen_lead(*, lead: Lead, now: datetime) -> None:
    """Look at one lead again, in the transaction of what changed it."""
    raise NotImplementedError


def screen_many(*, lead_ids: Iterable[int], now: datetime) -> Counter[str]:
    """Look at many leads, a chunk a transaction. Counts of ``found`` and ``mended``."""
    raise NotImplementedError
