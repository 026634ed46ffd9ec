"""What happened, in words. Built when it is shown: the journal holds keys, not sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadloop.analysis.tables import BY_CLOCK, Kind
from leadloop.foundation.messages import Message, msg

DONE: Mapping[str, Message] = MappingProxyType(
    {
        Kind.REGISTERED: msg("registered"),
        Kind.EDITED: msg("edited"),
        Kind.ASSIGNED: msg("assigned"),
        Kind.RELEASED: msg("returned to the pool"),
        Kind.STAGE: msg("stage changed"),
        Kind.FOLLOWED_UP: msg("followed up"),
        Kind.WON: msg("won"),
        Kind.LOST: msg("lost"),
        Kind.REOPENED: msg("reopened"),
        Kind.INVALIDATED: msg("marked invalid"),
        Kind.VALIDATED: msg("marked valid"),
        Kind.MERGED: msg("merged"),
        Kind.UNMERGED: msg("merge undone"),
        Kind.WITHDRAWN: msg("import undone"),
        Kind.TAKEN_BACK: msg("time of a follow-up corrected"),
        Kind.HANDED_OVER: msg("handed over"),
        Kind.ACCEPTED: msg("accepted"),
        Kind.REJECTED: msg("sent back"),
        **dict.fromkeys(BY_CLOCK, msg("reminder")),
    }
)

INVALID_BECAUSE: Mapping[str, Message] = MappingProxyType(
    {
        "test": msg("test number"),
        "wrong_contact": msg("wrong contact"),
        "outside_market": msg("outside the market"),
        "duplicate": msg("duplicate"),
        "other": msg("other"),
    }
)

FIELDS: Mapping[str, Message] = MappingProxyType(
    {
        "source": msg("channel"),
        "source_detail": msg("source detail"),
        "campaign": msg("campaign"),
        "industry": msg("industry"),
        "size": msg("company size"),
        "region": msg("region"),
        "grade": msg("grade"),
        "expected_amount": msg("expected amount"),
        "currency": msg("currency"),
        "customer_id": msg("customer"),
        "validity": msg("validity"),
        "first_need": msg("first need"),
        "tags": msg("tags"),
        "contact": msg("contact"),
        "title": msg("position"),
        "phone": msg("phone"),
        "email": msg("e-mail"),
        "credit_code": msg("unified social credit code"),
        "qualification": msg("qualification"),
        "discovery": msg("need discovery"),
        "followup": msg("follow-up record"),
    }
)
"""Names of the facts in journal rows."""


def done_to(kind: str) -> Message:
    return DONE[Kind(kind)]
