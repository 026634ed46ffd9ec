"""How often scripts were used, and what became of those leads, as far as the reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from leadloop.people.models import User

FEW = 30
"""Closed leads below which a share says next to nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Leads with which a script was used."""

    leads: int = 0
    won: int = 0
    closed: int = 0
    """Won or lost."""


@dataclass(frozen=True, slots=True)
class Uses:
    times: int = 0
    people: int = 0
    outcome: Outcome = Outcome()

    @property
    def few(self) -> bool:
        return self.outcome.closed < FEW


Outcomes = Callable[[User, Collection[int]], Mapping[int, Uses]]


def _nothing(reader: User, script_ids: Collection[int]) -> Mapping[int, Uses]:
    return {}


_outcomes: Outcomes = _nothing


def outcomes_with(outcomes: Outcomes) -> None:
    """Who knows leads counts the uses among those that a reader sees. Called from ``AppConfig.ready``."""
    global _outcomes
    _outcomes = outcomes


def uses_of(reader: User, script_ids: Collection[int]) -> Mapping[int, Uses]:
    """By script, over all its versions; scripts that were never used are left out."""
    return _outcomes(reader, script_ids) if script_ids else {}
