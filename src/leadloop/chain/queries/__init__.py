"""Reads about decision chains. None of them asks for rights: the caller has the lead."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import get_language

from leadloop.chain import rules
from leadloop.chain.contacted import contacted
from leadloop.chain.models import Member
from leadloop.chain.rules import DECISION_MAKER, Gap, Known, Roles
from leadloop.customers.models import Contact
from leadloop.foundation.messages import Message
from leadloop.leads.models import Lead
from leadloop.process import queries as process
from leadloop.process import shipped

__all__ = [
    "addable",
    "decision_makers_met",
    "gaps",
    "gaps_of",
    "members",
    "met_decision_maker",
    "role_of_contact",
    "roles",
]

_ROLE_OF = {
    Contact.Role.OWNER: DECISION_MAKER,
    Contact.Role.TECHNICAL: "technical",
    Contact.Role.PURCHASING: "purchasing",
    Contact.Role.FINANCE: "finance",
    Contact.Role.USER: "user",
}


def roles(lead: Lead) -> Roles:
    """The roles that the lead's process knows and asks for; of a version without them, the shipped ones."""
    policy = process.policy(lead.process, "chain") or shipped.policies()["chain"]
    return rules.read(policy, get_language() or "en")


def members(lead: Lead) -> list[Member]:
    """The people of a chain, with ``last_contact_at``: noted by hand, or of a follow-up that names them."""
    found = list(Member.objects.filter(lead=lead).select_related("contact"))
    spoken = contacted([lead.pk]) if any(member.contact_id for member in found) else {}
    for member in found:
        known = (member.met_at, spoken.get((lead.pk, member.contact_id or 0)))
        member.last_contact_at = max((at for at in known if at is not None), default=None)
    return found


def gaps(lead: Lead) -> tuple[Message, ...]:
    """What is missing, in words that name nobody; empty for a chain that has everything."""
    return tuple(gap.message for gap in gaps_of(members(lead), roles(lead)))


def gaps_of(people: Collection[Member], asked: Roles) -> tuple[Gap, ...]:
    return rules.gaps([Known(one.role, one.stance, one.met) for one in people], asked)


def met_decision_maker(lead: Lead) -> bool:
    """Whether somebody who decides was spoken with."""
    return lead.pk in decision_makers_met([lead.pk])


def decision_makers_met(lead_ids: Collection[int]) -> set[int]:
    """Of these leads, those whose decision maker was met. Two questions, however many leads."""
    deciding = Member.objects.filter(lead__in=lead_ids, role=DECISION_MAKER)
    rows = list(deciding.values_list("lead_id", "contact_id", "met_at"))
    found = {lead for lead, _, met_at in rows if met_at is not None}
    asked = {lead for lead, contact, _ in rows if contact is not None} - found
    spoken = contacted(asked) if asked else {}
    return found | {lead for lead, contact, _ in rows if (lead, contact) in spoken}


def addable(lead: Lead) -> list[Contact]:
    """Contacts of the customer who are not in the chain yet, the lead's own first."""
    there = Member.objects.filter(lead=lead, contact__isnull=False).values("contact")
    known = Contact.objects.filter(customer=lead.customer_id, retired_at=None).exclude(pk__in=there)
    return sorted(known, key=lambda contact: (contact.pk != lead.contact_id, contact.pk))


def role_of_contact(contact: Contact) -> str:
    """The role in the chain that goes with what the customer's page says about somebody."""
    return _ROLE_OF.get(Contact.Role(contact.role), "") if contact.role else ""
