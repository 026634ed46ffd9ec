"""What rules may ask about. Pure: titles, kinds and choices; where the values come from is in ``facts``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from leadloop.foundation.messages import Message, msg


class Kind(StrEnum):
    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    DAYS = "days"


class Op(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    KNOWN = "known"
    UNKNOWN = "unknown"


OPS_OF: Mapping[Kind, tuple[Op, ...]] = MappingProxyType(
    {
        Kind.CHOICE: (Op.IS, Op.IS_NOT, Op.KNOWN, Op.UNKNOWN),
        Kind.TEXT: (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.KNOWN, Op.UNKNOWN),
        Kind.NUMBER: (Op.AT_LEAST, Op.AT_MOST, Op.KNOWN, Op.UNKNOWN),
        Kind.DAYS: (Op.AT_MOST, Op.AT_LEAST, Op.KNOWN, Op.UNKNOWN),
    }
)
"""What can be said about a fact of each kind, the most usual first."""

MANY = frozenset({Op.IS, Op.IS_NOT, Op.CONTAINS})
LIMITS = frozenset({Op.AT_LEAST, Op.AT_MOST})
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that a rule may ask for. Its value is None as long as nobody knows it."""

    key: str
    title: Message
    kind: Kind
    choices: Mapping[str, Message] = field(default_factory=lambda: MappingProxyType({}))
    group: str = "lead"
    """``qualification``, ``lead``, ``signals``, or what another source of facts calls its own."""
    ages: bool = False
    """Says nothing about the customer and moves by itself: no reason to drop what a person decided."""


Fields = Mapping[str, Field]

YES_NO: Mapping[str, Message] = MappingProxyType({"yes": msg("yes"), "no": msg("no")})


def by_key(fields: Iterable[Field]) -> Fields:
    return MappingProxyType({one.key: one for one in fields})


QUALIFICATION: tuple[Field, ...] = (
    Field(
        "budget",
        msg("budget"),
        Kind.CHOICE,
        MappingProxyType(
            {"named": msg("named"), "planned": msg("planned, not named"), "none": msg("no budget")}
        ),
        group="qualification",
    ),
    Field("budget_amount", msg("budget amount"), Kind.NUMBER, group="qualification"),
    Field(
        "need",
        msg("need"),
        Kind.CHOICE,
        MappingProxyType({"matches": msg("matches"), "partly": msg("partly"), "no": msg("does not match")}),
        group="qualification",
    ),
    Field(
        "authority",
        msg("authority"),
        Kind.CHOICE,
        MappingProxyType(
            {"decides": msg("decides"), "has_say": msg("has a say"), "none": msg("no authority")}
        ),
        group="qualification",
    ),
    Field(
        "contact_role",
        msg("role of the contact"),
        Kind.CHOICE,
        MappingProxyType(
            {
                "owner": msg("owner of the business"),
                "technical": msg("technical"),
                "purchasing": msg("purchasing"),
                "user": msg("user"),
            }
        ),
        group="qualification",
    ),
    Field("purchase_in", msg("time of purchase"), Kind.DAYS, group="qualification"),
    Field("not_now", msg("not now"), Kind.CHOICE, YES_NO, group="qualification"),
    Field("intent", msg("intent (1–5)"), Kind.NUMBER, group="qualification"),
    Field("only_asking", msg("only asking"), Kind.CHOICE, YES_NO, group="qualification"),
)

LEAD: tuple[Field, ...] = (
    Field("industry", msg("industry"), Kind.TEXT),
    Field("region", msg("region"), Kind.TEXT),
    Field("size", msg("company size"), Kind.TEXT),
    Field("source_detail", msg("source detail"), Kind.TEXT),
    Field("campaign", msg("campaign"), Kind.TEXT),
    Field("first_need", msg("first need"), Kind.CHOICE, MappingProxyType({"described": msg("described")})),
    Field("phone", msg("phone"), Kind.CHOICE, MappingProxyType({"given": msg("given")})),
    Field("email", msg("e-mail"), Kind.CHOICE, MappingProxyType({"given": msg("given")})),
    Field("expected_amount", msg("expected amount"), Kind.NUMBER),
    Field("follow_ups", msg("follow-ups"), Kind.NUMBER, ages=True),
    Field("age", msg("time of capture"), Kind.DAYS, ages=True),
    Field("silence", msg("last follow-up"), Kind.DAYS, ages=True),
)
