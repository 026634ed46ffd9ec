"""A journal row before it is written, and which facts each kind may carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from leadloop.analysis.tables import BY_CLOCK, Kind

FACTS = frozenset(
    {
        "source",
        "source_detail",
        "campaign",
        "industry",
        "size",
        "region",
        "grade",
        "expected_amount",
        "currency",
        "customer_id",
    }
)
"""What the analysis may ask of a lead: ``source`` is the channel's id as text, ``customer_id`` a number."""

DATA_OF: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        # to_pool: sent to the pool on purpose, not for want of somebody.
        Kind.REGISTERED: FACTS | {"number", "late", "to_pool"},
        # fields: names of changed fields whose values stay outside (contact, first need, tags).
        Kind.EDITED: FACTS | {"fields", "validity"},
        Kind.ASSIGNED: frozenset({"how"}),
        Kind.RELEASED: frozenset({"how"}),
        Kind.STAGE: frozenset({"how"}),
        # automatic: sent by the program, so it answers for nobody.
        Kind.FOLLOWED_UP: frozenset({"automatic"}),
        Kind.TAKEN_BACK: frozenset(),
        Kind.WON: frozenset({"currency"}),
        Kind.LOST: frozenset({"competitor"}),
        Kind.REOPENED: frozenset(),
        Kind.INVALIDATED: frozenset({"cause"}),
        Kind.VALIDATED: frozenset(),
        Kind.MERGED: frozenset({"into"}),
        Kind.UNMERGED: frozenset(),
        Kind.WITHDRAWN: frozenset({"import_id"}),
        Kind.HANDED_OVER: frozenset({"how"}),
        Kind.ACCEPTED: frozenset({"how"}),
        Kind.REJECTED: frozenset({"how"}),
        # since: when the clock started, in microseconds since 1970; tells one clock of a kind from the next.
        **dict.fromkeys(BY_CLOCK, frozenset({"clock", "step", "since"})),
    }
)
"""The only keys that ``data`` may have. A new key is a decision about personal data: make it here."""

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class NewEvent:
    """``occurred_at`` is when it happened, ``recorded_at`` when we heard of it."""

    kind: Kind
    lead_id: int
    version_id: int
    occurred_at: datetime
    recorded_at: datetime
    actor_id: int | None = None
    stage_id: int | None = None
    reason_id: int | None = None
    second_reason_id: int | None = None
    amount: Decimal | None = None
    owner_id: int | None = None
    team_id: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


class PersonalData(ValueError):
    """A programming error: something that may name a person was about to enter the journal."""


def check_data(kind: Kind, data: Mapping[str, object]) -> None:
    """Refuse keys outside the list of the kind, and values that are not plain facts."""
    if strange := data.keys() - DATA_OF[kind]:
        raise PersonalData(f"{kind}: {sorted(strange)} may not be written to the journal")
    for key, value in data.items():
        plain = isinstance(value, str | int | float | bool | None) or key == "fields"
        if not plain or len(str(value)) > _LONGEST:
            raise PersonalData(f"{kind}: the value of {key} is not a plain fact")
