"""People come into a decision chain, are known better, and leave it.

Every writer holds the lead's chain first, so that two of them cannot close a circle together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from leadloop.chain import changes, queries
from leadloop.chain.models import Influence, Member, Stance
from leadloop.chain.rules import closes_a_circle
from leadloop.customers.models import Contact
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import name_key
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.leads.rules import check_moment
from leadloop.people.models import User

MOST = 60
LONGEST_NOTE = 2_000
_COLUMNS = ("contact_id", "own_name", "own_title", "role", "stance", "influence", "met_at", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """``contact`` or ``name``; of a contact, name and title are the contact's."""

    contact: Contact | None = None
    name: str = ""
    title: str = ""
    role: str
    stance: int | None = None
    influence: int = Influence.MIDDLE
    reports_to: Member | None = None
    met_at: datetime | None = None
    note: str = ""


@transaction.atomic
def add(*, lead: Lead, facts: MemberFacts, actor: User | None, now: datetime) -> Member:
    """One more person.

    :raises Conflict: the contact is in the chain already.
    """
    require(actor, Verb.EDIT, lead)
    there = held(lead.pk)
    if len(there) >= MOST:
        raise DataError(msg("A decision chain has at most %(most)s people.", most=MOST))
    member = Member(lead=lead)
    _fill(member, _as_contact(lead, facts), there, actor, now)
    member.save()
    changes.tell(lead.pk, now)
    return member


def add_contact(*, lead: Lead, contact: Contact, role: str = "", actor: User | None, now: datetime) -> Member:
    """A contact of the customer with the role that the customer's page says; else a user."""
    facts = MemberFacts(contact=contact, role=role or queries.role_of_contact(contact) or "user")
    return add(lead=lead, facts=facts, actor=actor, now=now)


@transaction.atomic
def edit(
    *, member: Member, facts: MemberFacts, actor: User | None, now: datetime, seen: datetime | None = None
) -> Member:
    """``seen``: ``changed_at`` of the member that the form was filled from."""
    require(actor, Verb.EDIT, member.lead)
    there = held(member.lead_id)
    fresh = there.get(member.pk)
    if fresh is None:
        raise Conflict(msg("Somebody has removed this person meanwhile."))
    if seen is not None and fresh.changed_at != seen:
        raise Conflict(msg("Somebody else has changed this person meanwhile. Look again."))
    fresh.lead = member.lead
    _fill(fresh, facts, there, actor, now)
    fresh.save()
    changes.tell(fresh.lead_id, now)
    return fresh


@transaction.atomic
def remove(*, member: Member, actor: User | None, now: datetime) -> None:
    """Who reported to them reports to nobody then. The contact stays with the customer."""
    require(actor, Verb.EDIT, member.lead)
    held(member.lead_id)
    Member.objects.filter(pk=member.pk).delete()
    changes.tell(member.lead_id, now)


def held(lead_id: int) -> dict[int, Member]:
    """The chain as it is, held until the transaction ends. The lead's row serves an empty chain."""
    list(Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).values_list("pk"))
    rows = Member.objects.filter(lead=lead_id).order_by("pk")
    return {member.pk: member for member in rows}


def _as_contact(lead: Lead, facts: MemberFacts) -> MemberFacts:
    """Who is typed by the name of exactly one contact of the customer is that contact."""
    key = name_key(facts.name)
    if facts.contact is not None or not key:
        return facts
    known = Contact.objects.filter(customer=lead.customer_id, retired_at=None)
    same = [contact for contact in known if name_key(contact.name) == key]
    return replace(facts, contact=same[0]) if len(same) == 1 else facts


def _fill(
    member: Member, facts: MemberFacts, there: dict[int, Member], actor: User | None, now: datetime
) -> None:
    _check(member, facts, there, now)
    member.contact = facts.contact
    member.own_name = "" if facts.contact else facts.name.strip()
    member.own_title = "" if facts.contact else facts.title.strip()
    member.role, member.stance, member.influence = facts.role, facts.stance, facts.influence
    member.reports_to, member.met_at, member.note = facts.reports_to, facts.met_at, facts.note.strip()
    member.changed_at, member.changed_by = now, actor


def _check(member: Member, facts: MemberFacts, there: dict[int, Member], now: datetime) -> None:
    privacy.check_texts({"name": facts.name, "title": facts.title, "note": facts.note})
    _check_person(member, facts, there)
    if facts.role not in queries.roles(member.lead).names:
        raise DataError(msg("This process knows no role “%(role)s”.", role=facts.role), field="role")
    if facts.stance is not None and facts.stance not in Stance.values:
        raise DataError(msg("The stance goes from −2 to 2."), field="stance")
    if facts.influence not in Influence.values:
        raise DataError(msg("The influence goes from 1 to 3."), field="influence")
    if len(facts.note) > LONGEST_NOTE:
        raise DataError(msg("A note has at most %(most)s characters.", most=LONGEST_NOTE), field="note")
    if facts.met_at is not None:
        check_moment(facts.met_at, now=now, field="met_at")
    if facts.reports_to is not None:
        check_line(there, member.pk, facts.reports_to.pk)


def _check_person(member: Member, facts: MemberFacts, there: dict[int, Member]) -> None:
    if facts.contact is None:
        if not facts.name.strip():
            raise DataError(msg("Choose a contact or type a name."), field="name")
        if len(facts.name.strip()) > 120 or len(facts.title.strip()) > 120:
            raise DataError(msg("Name and position have at most 120 characters."), field="name")
        return
    if facts.contact.customer_id != member.lead.customer_id:
        raise DataError(
            msg("%(name)s is a contact of another customer.", name=facts.contact), field="contact"
        )
    if any(one.contact_id == facts.contact.pk for one in there.values() if one.pk != member.pk):
        raise Conflict(msg("%(name)s is in the chain already.", name=facts.contact), field="contact")


def check_line(there: dict[int, Member], member_id: int | None, boss_id: int) -> None:
    """:raises DataError: the two are not of one chain, or the line closes a circle."""
    if boss_id not in there:
        raise DataError(msg("Both have to be in the same chain."), field="reports_to")
    if member_id is None:
        return
    bosses = {pk: one.reports_to_id for pk, one in there.items()}
    if closes_a_circle(bosses, member_id, boss_id):
        raise DataError(msg("Then somebody would report to themselves."), field="reports_to")
