"""Everything that a person owns goes to others in one step; who had it stays in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leadloop.assignment.engine import Desk, Loads, Pick
from leadloop.assignment.models import Decision
from leadloop.assignment.operations.assigning import desk_for, write_owners
from leadloop.assignment.operations.telling import tell_given
from leadloop.assignment.permissions import require_arranges, require_receives
from leadloop.assignment.queries import policies, waiting
from leadloop.assignment.queries.policies import Holding
from leadloop.assignment.rules import Case
from leadloop.assignment.turns import ASSIGNING, draw
from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import COUNTED, Lead, Remark, State
from leadloop.people.models import User
from leadloop.process.models import Process


@dataclass(frozen=True, slots=True)
class HandedOver:
    """``left``: leads for which the rules found nobody; they stay with the person."""

    given: Mapping[int, int]
    """Receiver -> leads."""
    left: int = 0

    @property
    def total(self) -> int:
        return sum(self.given.values())


@transaction.atomic
def hand_over(
    *,
    person: User,
    actor: User | None,
    now: datetime,
    to: Sequence[User] = (),
    reason: str = "",
    with_closed: bool = True,
) -> HandedOver:
    """All leads of ``person`` to ``to``, evenly when there are several; without them, by the rules.

    The leads of one customer stay together. Won and lost ones go along unless ``with_closed`` is off: a
    customer asks for somebody years later, too.
    """
    require_arranges(actor, person)
    privacy.check_texts({"reason": reason})
    for receiver in to:
        _check_receiver(person, receiver, actor)
    draw(ASSIGNING)
    states = COUNTED if with_closed else (State.OPEN,)
    rows = Lead.objects.filter(owner=person, state__in=states).select_for_update(of=("self",))
    leads = list(rows.order_by("captured_at", "pk"))
    chosen = _evenly(leads, to) if to else _by_rule(leads, person, now)
    given = [(lead, owner, "handover") for lead in leads if (owner := chosen.get(lead.pk, (0,))[0])]
    numbers = write_owners(given, actor, now)
    tell_given([(lead, owner) for lead, owner, _ in given], actor=actor, now=now)
    _explain(given, numbers, chosen, now, reason)
    return HandedOver(Counter(owner for _, owner, _ in given), len(leads) - len(given))


def _check_receiver(person: User, receiver: User, actor: User | None) -> None:
    if receiver.pk == person.pk:
        raise DataError(
            msg("Choose somebody else: %(owner)s has the leads now.", owner=str(person)), field="to"
        )
    if not receiver.is_active:
        raise DataError(msg("%(owner)s has left.", owner=str(receiver)), field="to")
    require_receives(actor, receiver)


Chosen = dict[int, tuple[int, Mapping[str, Any]]]
"""Lead -> who gets it and why."""


def _evenly(leads: Sequence[Lead], to: Sequence[User]) -> Chosen:
    """Customer by customer to whoever has the fewest so far, open ones first."""
    held: Counter[int] = Counter({user.pk: 0 for user in to})
    of_customer: dict[int, int] = {}
    for lead in sorted(leads, key=lambda lead: lead.state != State.OPEN):
        owner = of_customer.get(lead.customer_id) or min(held, key=lambda pk: (held[pk], pk))
        of_customer[lead.customer_id] = owner
        held[owner] += lead.state == State.OPEN
    return {lead.pk: (of_customer[lead.customer_id], {"code": "handover"}) for lead in leads}


def _by_rule(leads: Sequence[Lead], person: User, now: datetime) -> Chosen:
    chosen: Chosen = {}
    for process in Process.objects.filter(pk__in={lead.process_id for lead in leads}):
        own = [lead for lead in leads if lead.process_id == process.pk]
        chosen |= _by_rules_of(policies.holding(process), own, person, now)
    return chosen


def _by_rules_of(holding: Holding, leads: Sequence[Lead], person: User, now: datetime) -> Chosen:
    """Open leads as if they had just come; closed ones go with their customer, else in turn."""
    rows = ({name: getattr(lead, name) for name in waiting.CASE_FIELDS} for lead in leads)
    cases = waiting.cases(rows, holding.policy)
    desk = _without(desk_for(cases, holding, now, draw(ASSIGNING, len(leads) or 1)), person)
    picks: dict[int, Pick] = {}
    for lead, case in sorted(zip(leads, cases, strict=True), key=lambda pair: pair[0].state != State.OPEN):
        is_open = lead.state == State.OPEN
        picks[lead.pk] = desk.assign(case) if is_open else _closed(desk, case)
    return {pk: (pick.owner, pick.why) for pk, pick in picks.items() if pick.owner is not None}


def _closed(desk: Desk, case: Case) -> Pick:
    """A closed lead is no load: nobody's count grows by it, and no cap stands against it."""
    owner = desk.loads.owners.get(case.customer_id)
    if owner:
        return Pick(owner, "customer", "", {"code": "customer"})
    loads, policy = desk.loads, desk.policy
    free = Desk(policy, desk.people.values(), Loads(last_turn=loads.last_turn, turn=loads.turn))
    pick = free.assign(case)
    loads.turn = free.loads.turn
    if pick.owner:
        loads.owners[case.customer_id] = pick.owner
    return pick


def _without(desk: Desk, person: User) -> Desk:
    """As if the person had left: nothing goes back to them, and their customers are free."""
    people = [one for one in desk.people.values() if one.id != person.pk]
    desk.loads.owners = {
        customer: owner for customer, owner in desk.loads.owners.items() if owner != person.pk
    }
    return Desk(desk.policy, people, desk.loads)


def _explain(
    given: Sequence[tuple[Lead, int, str]], numbers: Sequence[int], chosen: Chosen, now: datetime, reason: str
) -> None:
    versions = {
        process.pk: policies.holding(process).version
        for process in Process.objects.filter(pk__in={lead.process_id for lead, _, _ in given})
    }
    Decision.objects.bulk_create(
        Decision(
            lead=lead,
            event_id=number,
            decided_at=now,
            version=versions[lead.process_id],
            owner_id=owner,
            why={**chosen[lead.pk][1], "handover": True},
        )
        for (lead, owner, _), number in zip(given, numbers, strict=True)
    )
    if text := reason.strip():
        Remark.objects.bulk_create(
            Remark(event_id=number, lead=lead, text=text)
            for (lead, _, _), number in zip(given, numbers, strict=True)
        )
