"""Two people want one customer: the new lead is held until a manager decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.assignment.models import ConflictCase, ConflictState, Decision
from leadloop.assignment.operations.assigning import write_owners
from leadloop.assignment.operations.telling import tell_decided, tell_held
from leadloop.assignment.permissions import require_decides
from leadloop.assignment.queries import policies
from leadloop.assignment.turns import ASSIGNING, draw
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead, Remark, State
from leadloop.leads.operations.ownership import give_lead, release_lead
from leadloop.people.models import User
from leadloop.process.queries import current_version


def hold(*, lead: Lead, now: datetime) -> ConflictCase | None:
    """Hold a new lead whose customer has an open lead of somebody else. None when there is none.

    Inside the transaction that registers the lead, one at a time: two who register the same customer at
    once are a conflict, too.
    """
    draw(ASSIGNING)
    challenger = lead.owner
    other = _other_lead(lead)
    if challenger is None or other is None or other.owner is None:
        return None
    if not policies.conflict_policy(lead.process).get("hold", True):
        return None
    release_lead(lead=lead, actor=None, now=now, how="held")
    _decided(lead, {"code": "held"}, None, now)
    case = ConflictCase.objects.create(
        lead=lead,
        customer_id=lead.customer_id,
        challenger=challenger,
        holder=other.owner,
        held_against=other,
        opened_at=now,
    )
    teams = {team for team in (lead.team_id, other.team_id) if team is not None}
    case.teams.set(teams)
    tell_held(case, teams=teams, now=now)
    return case


def _other_lead(lead: Lead) -> Lead | None:
    """The oldest open lead of the customer that is somebody else's."""
    rows = Lead.objects.filter(customer=lead.customer_id, state=State.OPEN, owner__is_active=True)
    others = rows.exclude(pk=lead.pk).exclude(owner=lead.owner_id)
    return others.select_related("owner").order_by("captured_at", "pk").first()


@transaction.atomic
def decide(*, case: ConflictCase, winner: User, actor: User, now: datetime, reason: str) -> ConflictCase:
    """One person answers for the customer from now on: the held lead and the open ones of both go there.

    The journal has a row for each lead that changed hands, with the reason beside it.
    """
    require_decides(actor, case)
    if not reason.strip():
        raise DataError(msg("Say why: both of them will read it."), field="reason")
    privacy.check_texts({"reason": reason})
    if winner.pk not in {case.challenger_id, case.holder_id}:
        raise DataError(msg("Choose one of the two."), field="winner")
    if not winner.is_active:
        raise DataError(msg("%(owner)s has left.", owner=str(winner)), field="winner")
    draw(ASSIGNING)
    _close(case, ConflictState.DECIDED, winner, actor, now, reason.strip())
    own = {case.challenger_id, case.holder_id}
    # The customer of the lead, not of the case: it may have been merged into another since then.
    customer = Lead.objects.values("customer").filter(pk=case.lead_id)
    rows = Lead.objects.filter(customer__in=customer, state=State.OPEN, owner__in=own).exclude(owner=winner)
    moving = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if _may_have(case, winner):
        held = Lead.objects.select_for_update(of=("self",)).get(pk=case.lead_id)
        moving.append(held)
    numbers = write_owners([(lead, winner.pk, "conflict") for lead in moving], actor, now)
    Remark.objects.bulk_create(
        Remark(event_id=number, lead=lead, text=reason.strip())
        for lead, number in zip(moving, numbers, strict=True)
    )
    for lead, number in zip(moving, numbers, strict=True):
        _decided(lead, {"code": "conflict"}, number, now, winner)
    tell_decided(case, winner=winner, actor=actor, now=now)
    return case


def _may_have(case: ConflictCase, winner: User) -> bool:
    """Whether the held lead still waits."""
    return Lead.objects.filter(pk=case.lead_id, state=State.OPEN, owner=None).exists()


def settle(*, now: datetime) -> int:
    """Cases in which nobody else works with the customer any more: the new lead goes to who brought it."""
    settled = 0
    for case in ConflictCase.objects.filter(state=ConflictState.OPEN).select_related("challenger"):
        settled += _settle_one(case, now)
    return settled


@transaction.atomic
def _settle_one(case: ConflictCase, now: datetime) -> bool:
    draw(ASSIGNING)
    lead = Lead.objects.select_related("process", "owner").get(pk=case.lead_id)
    others = Lead.objects.filter(customer=lead.customer_id, state=State.OPEN, owner__is_active=True)
    waits = lead.state == State.OPEN and lead.owner_id is None
    if waits and (others.exclude(owner=case.challenger_id).exists() or not case.challenger.is_active):
        return False
    try:
        _close(case, ConflictState.SETTLED, case.challenger if waits else lead.owner, None, now, "")
    except Conflict:
        return False
    if waits:
        number = give_lead(lead=lead, owner=case.challenger, actor=None, now=now, how="conflict")
        _decided(lead, {"code": "settled"}, number, now, case.challenger)
    return True


def given_by_hand(*, lead: Lead, actor_id: int | None, now: datetime) -> None:
    """A manager who assigns a held lead has decided about it."""
    ConflictCase.objects.filter(lead=lead, state=ConflictState.OPEN).update(
        state=ConflictState.DECIDED, winner=lead.owner_id, decided_by=actor_id, decided_at=now
    )


def _close(
    case: ConflictCase,
    state: ConflictState,
    winner: User | None,
    actor: User | None,
    now: datetime,
    reason: str,
) -> None:
    """Compare-and-swap: of two managers who decide at once, the second is told who was first."""
    changes = {"state": state, "winner": winner, "decided_by": actor, "decided_at": now, "reason": reason}
    if ConflictCase.objects.filter(pk=case.pk, state=ConflictState.OPEN).update(**changes) != 1:
        present = ConflictCase.objects.select_related("decided_by", "winner").get(pk=case.pk)
        raise Conflict(
            msg(
                "%(who)s has decided already: %(winner)s answers for the customer.",
                who=str(present.decided_by) if present.decided_by else msg("the program"),
                winner=str(present.winner) if present.winner else "–",
            )
        )
    for name, value in changes.items():
        setattr(case, name, value)


def _decided(
    lead: Lead, why: dict[str, object], number: int | None, now: datetime, owner: User | None = None
) -> None:
    Decision.objects.create(
        lead=lead,
        event_id=number,
        decided_at=now,
        version=current_version(lead.process),
        owner=owner,
        why=why,
    )
