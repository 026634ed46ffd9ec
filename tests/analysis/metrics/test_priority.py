from __future__ import annotations

import pytest

from leadloop.analysis.metrics.priority import priority

HIGHER, LOWER, RISING, FALLING = 0.3, 0.1, 0.02, -0.02


@pytest.mark.parametrize(
    ("rate", "change", "channel", "team"),
    [
        (HIGHER, RISING, "high", "none"),
        (HIGHER, FALLING, "medium", "medium"),
        (LOWER, RISING, "medium", "medium"),
        (LOWER, FALLING, "low", "support"),
        (0.2, RISING, "medium", "medium"),
        (HIGHER, 0.0, "medium", "medium"),
        (LOWER, 0.0, "medium", "medium"),
    ],
)
def test_rule(rate: float, change: float, channel: str, team: str) -> None:
    assert priority(("source",), rate, 0.2, change) == channel
    assert priority(("industry", "size"), rate, 0.2, change) == channel
    for people in ("team", "owner", "current_team", "current_owner"):
        assert priority((people,), rate, 0.2, change) == team
        assert priority(("source", people), rate, 0.2, change) == team


def test_nothing_to_compare_gives_none() -> None:
    assert priority(("source",), None, 0.2, 0.1) is None
    assert priority(("source",), 0.1, None, 0.1) is None
    assert priority(("source",), 0.1, 0.2, None) is None
    assert priority(("month",), 0.1, 0.2, -0.1) is None
