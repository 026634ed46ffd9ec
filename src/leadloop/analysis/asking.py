"""From the short way of asking (``period="2026-06", by="source"``) to a :class:`Scope`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from leadloop.analysis.scope import Basis, Filter, Scope, Visibility
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import DEFAULT_ZONE, Period


class Short(TypedDict, total=False):
    """What can be said instead of a whole scope."""

    period: Period | str | None
    compare: Period | str | None
    by: str | Iterable[str]
    """Dimensions separated by commas, columns of one joined by ``+``."""
    basis: Basis
    process: str | None
    filters: Iterable[Filter]
    visibility: Visibility
    horizon_days: int
    zone: str


def scope_of(scope: Scope | None, as_of: datetime, short: Short) -> Scope:
    """``scope`` itself, or the one that ``short`` says. Raises :class:`UsageError` if both are given."""
    if scope is not None:
        if short:
            raise UsageError(msg("Give either a scope or %(names)s, not both.", names=", ".join(short)))
        return scope
    zone = short.get("zone", DEFAULT_ZONE)
    asked = Scope(
        as_of=as_of,
        period=_period(short.get("period"), zone),
        compare=_period(short.get("compare"), zone),
        basis=short.get("basis", "cohort"),
        process=short.get("process"),
        dimensions=_dimensions(short.get("by", "")),
        filters=tuple(short.get("filters", ())),
        zone=zone,
        horizon_days=short.get("horizon_days", 90),
    )
    return replace(asked, visibility=short["visibility"]) if "visibility" in short else asked


def _period(value: Period | str | None, zone: str) -> Period | None:
    return Period.parse(value, zone) if isinstance(value, str) else value


def _dimensions(by: str | Iterable[str]) -> tuple[tuple[str, ...], ...]:
    names = by.split(",") if isinstance(by, str) else by
    return tuple(tuple(part.strip() for part in name.split("+")) for name in names if name.strip())
