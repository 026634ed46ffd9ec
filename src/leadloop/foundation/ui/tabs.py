"""A tab or a pill above a list: where it leads, and whether one is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    active: bool
    count: int | None = None
