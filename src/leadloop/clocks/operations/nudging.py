"""A manager asks an owner to see to a lead, by one click. Counted, and not twice an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from leadloop.clocks.models import Nudge
from leadloop.clocks.operations.telling import NUDGED
from leadloop.clocks.queries.clocks import late
from leadloop.foundation.errors import Conflict, NotAllowed
from leadloop.foundation.messages import Message, msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require, restrict
from leadloop.notices.operations import tell
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.people.queries import assignable

QUIET = timedelta(hours=1)


def nudge(*, lead: Lead, actor: User, now: datetime) -> Nudge:
    """Ask the owner of this lead. Whoever may give it to somebody else may ask about it."""
    require(actor, Verb.ASSIGN, lead)
    if lead.owner is None:
        raise Conflict(msg("The lead is in the pool: there is nobody to ask."))
    return _nudge(
        lead.owner,
        lead,
        msg("%(who)s asks you to see to this lead.", who=str(actor)),
        reverse("leads:detail", args=[lead.number]),
        actor,
        now,
    )


def nudge_person(*, person: User, actor: User, now: datetime) -> Nudge:
    """Ask somebody about everything of theirs that is late: one notice, however much it is."""
    if not may(actor, "assign") or not assignable(actor).filter(pk=person.pk).exists():
        raise NotAllowed(msg("You ask people of your own teams only."))
    seen = restrict(Lead.objects.open(), visibility_of(actor))
    count = late(seen.filter(owner=person), now).count()
    if not count:
        raise Conflict(msg("Nothing of %(owner)s's is late any more.", owner=str(person)))
    message = msg("%(who)s asks you to see to %(count)s late leads.", who=str(actor), count=count)
    return _nudge(person, None, message, reverse("workspace:home"), actor, now)


def _nudge(person: User, lead: Lead | None, message: Message, link: str, actor: User, now: datetime) -> Nudge:
    if person == actor:
        raise Conflict(msg("The lead is your own."))
    try:
        with transaction.atomic():
            last = Nudge.objects.filter(person=person, lead=lead).order_by("-number").first()
            if last is not None and now - last.at < QUIET:
                raise Conflict(msg("%(owner)s was asked less than an hour ago.", owner=str(person)))
            number = 1 if last is None else last.number + 1
            made = Nudge.objects.create(person=person, lead=lead, number=number, by=actor, at=now)
            tell(
                to=[person],
                kind=NUDGED,
                message=message,
                link=link,
                subject="" if lead is None else lead.customer.name,
                now=now,
                key=f"nudge:{made.pk}",
                urgent=True,
            )
            return made
    except IntegrityError as error:
        # Somebody else pressed in the same moment, and the person has been told.
        raise Conflict(msg("%(owner)s was asked less than an hour ago.", owner=str(person))) from error
