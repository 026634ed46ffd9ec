"""Take a lead from a pool, within the limits of that pool."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from leadloop.assignment.models import PoolView
from leadloop.assignment.pools import Pool, PoolPolicy
from leadloop.assignment.queries import clocks, people, policies, waiting
from leadloop.assignment.queries.waiting import Shelf
from leadloop.assignment.turns import ASSIGNING, draw, views_of
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.ownership import claim_lead
from leadloop.people.models import User

TOLD_FOR = timedelta(days=1)
"""Who was faster is told to somebody who may just have had the lead before their eyes."""


def claim(*, lead: Lead, actor: User, now: datetime) -> Lead:
    """Take the lead; who comes too late is told who has it."""
    present = Lead.objects.select_related("process", "customer", "stage", "owner", "team").get(pk=lead.pk)
    if present.owner_id is not None:
        raise _too_late(present, actor, now)
    try:
        shelf_of(present, actor)
        return claim_lead(lead=present, actor=actor, now=now, shown=True)
    except (Conflict, NotFound):
        # Somebody may have taken it since it was read, and so from where it was looked for.
        again = Lead.objects.select_related("owner").get(pk=lead.pk)
        if again.owner_id is None:
            raise
        raise _too_late(again, actor, now) from None


def _too_late(lead: Lead, actor: User, now: datetime) -> Conflict | NotFound:
    if lead.owner_id == actor.pk:
        return Conflict(msg("The lead is yours already."))
    last = clocks.tenures([lead.pk])[lead.pk]
    if not last or now - last[-1].began_at > TOLD_FOR:
        return NotFound(msg("There is no such lead."))
    return Conflict(msg("%(owner)s was faster: the lead is theirs now.", owner=str(lead.owner)))


def shelf_of(lead: Lead, actor: User) -> Shelf:
    """Where the lead waits, if this person sees it there; else :class:`NotFound`."""
    for shelf in waiting.shelves(actor):
        if shelf.process.pk == lead.process_id and waiting.pool_of(lead, shelf.policy).key == shelf.pool.key:
            if waiting.leads_on(shelf, actor).filter(pk=lead.pk).exists():
                return shelf
            break
    raise NotFound(msg("There is no such lead."))


def check_claim(lead: Lead, actor: User, now: datetime) -> None:
    """The limits, for claims at every door; inside the transaction of the claim.

    One claim or assignment at a time, or two at once could each be the last one allowed.
    """
    draw(ASSIGNING)
    policy = policies.pool_policy(lead.process)
    if waiting.is_held(lead):
        raise Conflict(msg("The lead is held until a manager decides whose customer it is."))
    pool = waiting.pool_of(lead, policy)
    _check_team(pool, lead, actor)
    _check_rest(pool, lead, now)
    _check_former(policy, lead, actor, now)
    _check_number(policy, actor)
    _check_customer(lead, actor)


def _check_team(pool: Pool, lead: Lead, actor: User) -> None:
    mine = (shelf for shelf in waiting.shelves(actor) if shelf.process.pk == lead.process_id)
    if not any(shelf.pool.key == pool.key and shelf.may_claim for shelf in mine):
        raise Conflict(msg("Leads of this pool are for other teams."))


def _check_rest(pool: Pool, lead: Lead, now: datetime) -> None:
    if not pool.cooling_off_hours:
        return
    came = clocks.released_at([lead.pk]).get(lead.pk)
    until = came + timedelta(hours=pool.cooling_off_hours) if came else now
    if until > now:
        raise Conflict(
            msg("It has just come to the pool. From %(moment)s on it can be claimed.", moment=_shown(until))
        )


def _check_former(policy: PoolPolicy, lead: Lead, actor: User, now: datetime) -> None:
    ended = [one.ended_at for one in clocks.tenures([lead.pk])[lead.pk] if one.owner_id == actor.pk]
    last = max((at for at in ended if at is not None), default=None)
    until = last + timedelta(days=policy.own_former_lead_days) if last else now
    if until > now:
        raise Conflict(
            msg("The lead was yours. From %(moment)s on you can claim it again.", moment=_shown(until))
        )


def _check_number(policy: PoolPolicy, actor: User) -> None:
    if policy.open_claims and waiting.open_claims(actor) >= policy.open_claims:
        raise Conflict(
            msg(
                "You have %(most)s open leads from the pool. Close or return one before you claim another.",
                most=policy.open_claims,
            )
        )


def _check_customer(lead: Lead, actor: User) -> None:
    others = Lead.objects.filter(customer=lead.customer_id, state=State.OPEN, owner__isnull=False)
    other = others.exclude(owner=actor).exclude(pk=lead.pk).select_related("owner").first()
    if other is not None:
        raise Conflict(
            msg(
                "%(owner)s works with this customer. Ask them, or the manager of the team.",
                owner=str(other.owner),
            )
        )


@transaction.atomic
def look_at(*, lead: Lead, actor: User, now: datetime) -> Shelf:
    """Open the details of a lead in a pool; counts toward the pool's daily limit, once a lead and day."""
    shelf = shelf_of(lead, actor)
    most = shelf.pool.daily_views
    if not most:
        return shelf
    draw(views_of(actor.pk))
    day = now.astimezone(people.zone_of(actor)).date()
    today = PoolView.objects.filter(person=actor, day=day)
    if not today.filter(lead=lead).exists():
        if today.count() >= most:
            raise Conflict(
                msg("You have looked at %(most)s leads of the pool today. More tomorrow.", most=most)
            )
        PoolView.objects.create(person=actor, day=day, lead=lead)
    return shelf


def _shown(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
