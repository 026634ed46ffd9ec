"""What a document is: columns, rows, on whose behalf, and which leads it lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leadloop.analysis.scope import Visibility
from leadloop.foundation.period import DEFAULT_ZONE, Period
from leadloop.foundation.spreadsheet import Cell
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import restrict


@dataclass(frozen=True, slots=True)
class Choice:
    """Which leads a document lists; empty parts do not restrict."""

    period: Period | None = None
    """Of their capture."""
    owner: int | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """On whose behalf a document is written, and when."""

    visibility: Visibility
    now: datetime
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class Column:
    title: Any
    """In the reader's language when it is written."""
    width: int
    value: Callable[[Any], Cell]


Rows = Callable[["Document", Reading, Choice], Iterator[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Document:
    key: str
    title: Any
    about: Any
    columns: tuple[Column, ...]
    needs: frozenset[str] = frozenset()
    """Further tables: ``tags``, ``grading``, ``record``."""
    rows: Rows | None = None
    """Where a row is not a lead."""


def leads(reading: Reading, choice: Choice) -> QuerySet[Lead]:
    """The visible leads that count, the oldest first as in a register."""
    found = restrict(Lead.objects.counted(), reading.visibility)
    if choice.open_only:
        found = found.filter(state=State.OPEN)
    if choice.period is not None:
        found = found.filter(captured_at__gte=choice.period.starts_at, captured_at__lt=choice.period.ends_at)
    if choice.owner is not None:
        found = found.filter(owner=choice.owner)
    return found.select_related("customer", "contact", "channel").only(*_READ).order_by("captured_at", "id")


_READ = (
    "number", "captured_at", "industry", "first_need", "grade", "state", "process_id", "owner_id", "team_id",
    "assigned_at", "first_followed_up_at", "last_followed_up_at", "follow_up_count",
    "customer__name", "contact__name", "contact__title", "contact__phone", "contact__email",
    "contact__role", "contact__retired_at", "channel__name",
)  # fmt: skip
"""What columns and permissions look at: a lead has three times as many."""
