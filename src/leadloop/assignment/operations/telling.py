"""Tell people whose a lead is, and who has to decide about one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from leadloop.assignment.models import ConflictCase
from leadloop.clocks.queries.superiors import Superiors
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import Lead
from leadloop.notices import kinds
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.operations import News, tell, tell_many
from leadloop.people.models import Role, User

_SELLING = (Role.MANAGER, Role.REP)
GIVEN = Kind(
    "lead_given",
    msg("A lead is yours"),
    kinds.LEADS,
    channels=(Channel.APP, Channel.DIGEST),
    for_roles=_SELLING,
    icon="user-plus",
)
TO_DECIDE = Kind(
    "conflict_open",
    msg("Two people want one customer"),
    kinds.TEAM,
    channels=(Channel.APP, Channel.MAIL),
    for_roles=(Role.MANAGER, Role.OPS),
    icon="flag",
)
DECIDED = Kind(
    "conflict_decided", msg("It is decided who has a customer"), kinds.LEADS, for_roles=_SELLING, icon="flag"
)
RETURNED = Kind(
    "lead_returned",
    msg("A lead was returned"),
    kinds.TEAM,
    channels=(Channel.APP, Channel.DIGEST),
    for_roles=(Role.MANAGER, Role.OPS, Role.MARKETING),
    icon="arrow-back-up",
)
KINDS = (GIVEN, TO_DECIDE, DECIDED, RETURNED)


def tell_given(given: Iterable[tuple[Lead, int]], *, actor: User | None, now: datetime) -> None:
    """Owners of leads that they did not take themselves: one notice each, however many leads."""
    own: dict[int, list[Lead]] = defaultdict(list)
    for lead, owner_id in given:
        own[owner_id].append(lead)
    if actor is not None:
        own.pop(actor.pk, None)
    if not own:
        return
    people = User.objects.in_bulk(list(own))
    tell_many([_given(people[pk], leads, actor) for pk, leads in own.items()], now=now)


def tell_one_given(lead: Lead, *, actor_id: int | None, now: datetime) -> None:
    if lead.owner is None or lead.owner_id == actor_id:
        return
    actor = None if actor_id is None else User.objects.get(pk=actor_id)
    tell_many([_given(lead.owner, [lead], actor)], now=now)


def _given(owner: User, leads: Sequence[Lead], actor: User | None) -> News:
    if len(leads) > 1:
        link = f"{reverse('leads:list')}?owner={owner.pk}"
        return News([owner], GIVEN.key, _many(len(leads), actor), link)
    lead = leads[0]
    message = (
        msg("The rules have given you this lead.")
        if actor is None
        else msg("%(who)s has given you this lead.", who=str(actor))
    )
    return News([owner], GIVEN.key, message, _page(lead), subject=lead.customer.name)


def _many(count: int, actor: User | None) -> Message:
    if actor is None:
        return msg("The rules have given you %(count)s leads.", count=count)
    return msg("%(who)s has given you %(count)s leads.", who=str(actor), count=count)


def tell_held(case: ConflictCase, *, teams: Iterable[int], now: datetime) -> None:
    """Who manages either side."""
    superiors = Superiors()
    ids = {pk for team in teams for pk in superiors.of(team)} or superiors.of(None)
    tell(
        to=list(User.objects.filter(pk__in=ids)),
        kind=TO_DECIDE.key,
        message=msg(
            "%(challenger)s brings a lead of a customer that %(holder)s works with.",
            challenger=str(case.challenger),
            holder=str(case.holder),
        ),
        link=reverse("assignment:conflict", args=[case.pk]),
        subject=case.lead.customer.name,
        now=now,
        key=f"conflict:{case.pk}",
    )


def tell_decided(case: ConflictCase, *, winner: User, actor: User, now: datetime) -> None:
    """Both; whoever does not have the customer has no page of the lead any more."""
    message = msg(
        "%(who)s has decided: %(winner)s answers for the customer.", who=str(actor), winner=str(winner)
    )
    tell_many(
        [
            News(
                [person],
                DECIDED.key,
                message,
                _page(case.lead) if person == winner else "",
                subject=case.lead.customer.name,
            )
            for person in (case.challenger, case.holder)
            if person != actor
        ],
        now=now,
    )


def _page(lead: Lead) -> str:
    return reverse("leads:detail", args=[lead.number])
