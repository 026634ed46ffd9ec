"""Journal rows about a lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadloop.analysis.tables import Kind
from leadloop.foundation import privacy
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, Remark
from leadloop.people.models import User


def event(
    lead: Lead, kind: Kind, *, actor: User | None, now: datetime, at: datetime | None = None, **values: Any
) -> NewEvent:
    """What happened to ``lead`` at ``at`` (now when left out)."""
    return NewEvent(
        kind=kind,
        lead_id=lead.pk,
        version_id=lead.version_id,
        occurred_at=now if at is None else at,
        recorded_at=now,
        actor_id=None if actor is None else actor.pk,
        **values,
    )


Reaction = Callable[[Lead, Sequence[NewEvent]], None]
_reactions: list[tuple[int, Reaction]] = []


def subscribe(reaction: Reaction, *, order: int) -> None:
    """Have ``reaction`` called inside the transaction of every operation on one lead, after its journal rows.

    What must be so as soon as something has happened (a new lead is graded, then given to somebody) is
    done here, so that it is so through every door. Lower ``order`` comes first. Bulk writers, which write
    thousands of leads, call what they need themselves. Called from ``AppConfig.ready``.
    """
    if all(known is not reaction for _, known in _reactions):
        _reactions.append((order, reaction))
        _reactions.sort(key=lambda pair: pair[0])


GivenOn = Callable[[Mapping[int, int], datetime], None]
_given_on: list[GivenOn] = []


def subscribe_given_on(given_on: GivenOn) -> None:
    """Have ``given_on`` called (lead -> new owner) where many leads that had an owner get another one at
    once, which :func:`write` does not see. In the transaction, after the owners are written.
    """
    if given_on not in _given_on:
        _given_on.append(given_on)


def tell_given_on(owners: Mapping[int, int], now: datetime) -> None:
    if owners:
        for given_on in _given_on:
            given_on(owners, now)


def write(lead: Lead, events: Iterable[NewEvent], *, remark: str = "") -> list[int]:
    """Append to the journal; what the person wrote goes beside the last row. Then come the reactions.

    Gives the numbers of the rows.
    """
    privacy.check_texts({"note": remark})
    happened = list(events)
    numbers = journal.append(happened)
    if text := remark.strip():
        Remark.objects.create(event_id=numbers[-1], lead=lead, text=text)
    for _, reaction in _reactions:
        reaction(lead, happened)
    return numbers


def facts_of(lead: Lead) -> dict[str, object]:
    """The facts that the analysis may ask for."""
    return {
        "source": None if lead.channel_id is None else str(lead.channel_id),
        "source_detail": lead.source_detail or None,
        "campaign": lead.campaign or None,
        "industry": lead.industry or None,
        "size": lead.size or None,
        "region": lead.region or None,
        "grade": lead.grade or None,
        "expected_amount": None if lead.expected_amount is None else float(lead.expected_amount),
        "currency": lead.currency,
        "customer_id": lead.customer_id,
    }
