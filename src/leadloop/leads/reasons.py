"""Why leads have their grades, in words: for the column of the list. Grading, above leads, knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from leadloop.foundation.messages import Message

Explain = Callable[[Iterable[int]], Mapping[int, Message]]


def _nobody(lead_ids: Iterable[int]) -> Mapping[int, Message]:
    return {}


_explain: Explain = _nobody


def explain_grades_with(explain: Explain) -> None:
    """Called from ``AppConfig.ready``."""
    global _explain
    _explain = explain


def reasons_of(lead_ids: Iterable[int]) -> Mapping[int, Message]:
    return _explain(lead_ids)
