"""From which probability on a pair is shown, and from which it is certain: the ``duplicates`` policy."""

from __future__ import annotations

from dataclasses import dataclass

from leadloop.process.queries import default_process, policy

LISTED, CERTAIN = 0.5, 0.99


@dataclass(frozen=True, slots=True)
class Thresholds:
    listed: float
    certain: float


def thresholds() -> Thresholds:
    held = policy(default_process(), "duplicates")
    return Thresholds(_share(held.get("listed_from"), LISTED), _share(held.get("certain_from"), CERTAIN))


def _share(value: object, otherwise: float) -> float:
    """What is no share between 0.05 and 1 is not believed: the search must not list everything."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0.05 <= value <= 1
    return float(value) if usable and isinstance(value, int | float) else otherwise
