"""Give a lead to somebody, take one from the pool, put one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.people.models import Team, User
from leadloop.people.permissions import may as may_at_all
from leadloop.people.queries import assignable, team_of

ClaimCheck = Callable[[Lead, User, datetime], None]
_claim_checks: list[ClaimCheck] = []


def check_claims_with(check: ClaimCheck) -> None:
    """Have ``check`` raise for a claim that its limits forbid, in the claim's transaction, at every door.

    Called from ``AppConfig.ready``: the limits are policies of the pools, which this package does not know.
    """
    if check not in _claim_checks:
        _claim_checks.append(check)


@transaction.atomic
def assign_lead(
    *,
    lead: Lead,
    owner: User,
    actor: User | None,
    now: datetime,
    team: Team | None = None,
    reason: str = "",
) -> Lead:
    """Hand a lead to another owner; stage, history and records stay. Won and lost ones too."""
    require(actor, Verb.ASSIGN, lead)
    if not owner.is_active:
        raise DataError(msg("%(owner)s has left.", owner=str(owner)), field="owner")
    if actor is not None and not assignable(actor).filter(pk=owner.pk).exists():
        raise NotAllowed(msg("You assign leads to people of your own teams only."), field="owner")
    give_lead(lead=lead, owner=owner, team=team, actor=actor, now=now, how="assigned", remark=reason)
    return lead


@transaction.atomic
def claim_lead(*, lead: Lead, actor: User, now: datetime, shown: bool = False) -> Lead:
    """Take a lead from the pool. Of two who claim it at once, one gets it.

    ``shown``: the pool's own page has checked that the person sees the lead there.
    """
    if shown and lead.owner_id is None and may_at_all(actor, "claim"):
        require(None, Verb.CLAIM, lead)
    else:
        require(actor, Verb.CLAIM, lead)
    for check in _claim_checks:
        check(lead, actor, now)
    give_lead(lead=lead, owner=actor, team=None, actor=actor, now=now, how="claimed")
    return lead


@transaction.atomic
def release_lead(
    *, lead: Lead, actor: User | None, now: datetime, reason: str = "", how: str = "by_hand"
) -> Lead:
    """Back to the pool. The team keeps counting it until somebody else gets it.

    ``how``: by_hand, no_follow_up (nobody called for too long), held (two people want the customer).
    """
    require(actor, Verb.RELEASE, lead)
    if lead.owner_id is None:
        raise Conflict(msg("The lead is in the pool already."))
    swap(lead, now=now, owner=None)
    released = event(lead, Kind.RELEASED, actor=actor, now=now, team_id=lead.team_id, data={"how": how})
    write(lead, [released], remark=reason)
    return lead


@transaction.atomic(savepoint=False)
def give_lead(
    *,
    lead: Lead,
    owner: User,
    actor: User | None,
    now: datetime,
    how: str,
    team: Team | None = None,
    remark: str = "",
) -> int:
    """The write itself, after the caller has checked the right; gives the number of the journal row.

    ``how``: assigned (by a person), claimed, rule, customer (its owner), conflict, handover.
    """
    if lead.owner_id == owner.pk and team in {None, lead.team}:
        raise Conflict(msg("The lead is %(owner)s's already.", owner=str(owner)), field="owner")
    team = team or team_of(owner) or lead.team
    swap(lead, now=now, owner=owner, team=team, assigned_at=lead.assigned_at or now)
    given = event(
        lead,
        Kind.ASSIGNED,
        actor=actor,
        now=now,
        owner_id=owner.pk,
        team_id=lead.team_id,
        data={"how": how},
    )
    return write(lead, [given], remark=remark)[-1]
