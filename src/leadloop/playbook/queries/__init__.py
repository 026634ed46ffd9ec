"""Reads about scripts."""

from __future__ import annotations

from leadloop.playbook.queries.fitting import Fit, for_lead
from leadloop.playbook.queries.scripts import by_key, live, stage_names, version
from leadloop.playbook.queries.using import Outcome, Uses, outcomes_with, uses_of

__all__ = [
    "Fit",
    "Outcome",
    "Uses",
    "by_key",
    "for_lead",
    "live",
    "outcomes_with",
    "stage_names",
    "uses_of",
    "version",
]
