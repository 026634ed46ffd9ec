"""Register a lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.customers import operations as customers
from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts
from leadloop.foundation import privacy, rows
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads import numbers, rules
from leadloop.leads.events import event, facts_of, write
from leadloop.leads.models import Channel, Lead, Tag, Validity
from leadloop.people import permissions as people
from leadloop.people.kept import steady
from leadloop.people.models import Role, Team, User
from leadloop.people.queries import team_of
from leadloop.process import queries as processes
from leadloop.process.models import Process, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What is known when a lead is registered. Only a customer or a contact is needed."""

    customer: str = ""
    credit_code: str = ""
    contact: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    captured_at: datetime | None = None
    """Now when left out."""
    number: str = ""
    """Given by the program when left out."""
    channel: Channel | None = None
    source_detail: str = ""
    campaign: str = ""
    industry: str = ""
    size: str = ""
    region: str = ""
    first_need: str = ""
    grade: str = ""
    tags: tuple[str, ...] = ()
    expected_amount: Decimal | None = None
    currency: str = "CNY"
    validity: str = Validity.VALID
    process: Process | None = None
    owner: User | None = None
    team: Team | None = None
    to_pool: bool = False
    """Without an owner and without this, a lead that a rep registers is the rep's own."""

    @property
    def person(self) -> ContactFacts:
        return ContactFacts(name=self.contact, title=self.title, phone=self.phone, email=self.email)


def register_lead(*, facts: LeadFacts, actor: User | None, now: datetime) -> Lead:
    """A new lead in the first stage of its process, owned or in the pool."""
    with transaction.atomic():
        return register_within(facts=facts, actor=actor, now=now)


def register_within(*, facts: LeadFacts, actor: User | None, now: datetime) -> Lead:
    """The same inside the caller's transaction, which ends with the error if there is one."""
    with steady():
        return _register(facts, actor, now)


def _register(facts: LeadFacts, actor: User | None, now: datetime) -> Lead:
    if actor is not None and not people.may(actor, "register"):
        raise NotAllowed(msg("Your role does not register leads."))
    captured_at = facts.captured_at or now
    check_facts(facts, captured_at=captured_at, now=now)
    owner = _owner(facts, actor)
    stage = _first_stage(facts.process)
    customer, contact = _customer(facts, now)
    lead = Lead(
        number=_number(facts, now),
        customer=customer,
        contact=contact,
        captured_at=captured_at,
        registered_at=now,
        changed_at=now,
        process=stage.version.process,
        version=stage.version,
        stage=stage,
        stage_since=captured_at,
        owner=owner,
        team=facts.team or (team_of(owner) if owner else None),
        assigned_at=now if owner else None,
        **_plain(facts),
    )
    rows.insert(lead)
    if facts.tags:
        set_tags(lead, facts.tags)
    _report(lead, actor, now, to_pool=facts.to_pool)
    return lead


def check_facts(facts: LeadFacts, *, captured_at: datetime, now: datetime) -> None:
    """Everything that can be wrong about the facts themselves."""
    rules.check_captured(captured_at, now)
    customers.check(name=facts.customer, credit_code=facts.credit_code, contact=facts.person)
    rules.check_grade(facts.grade)
    rules.check_currency(facts.currency)
    rules.check_number(facts.number.strip())
    names = ("source_detail", "campaign", "industry", "size", "region", "first_need")
    rules.check_lengths({name: getattr(facts, name) for name in names})
    if facts.expected_amount is not None:
        rules.check_money(facts.expected_amount, field="expected_amount")
    if facts.owner is not None and not facts.owner.is_active:
        raise DataError(msg("%(owner)s has left.", owner=str(facts.owner)), field="owner")


def set_tags(lead: Lead, names: Iterable[str]) -> None:
    """Exactly these tags; new ones are made."""
    wanted = list(dict.fromkeys(" ".join(name.split())[:60] for name in names if name.strip()))
    privacy.check_texts({"tags": "\n".join(wanted)})
    if wanted:
        Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
        lead.tags.set(Tag.objects.filter(name__in=wanted))
    else:
        lead.tags.clear()


def _plain(facts: LeadFacts) -> dict[str, object]:
    names = ("channel", "grade", "expected_amount", "currency", "validity")
    texts = ("source_detail", "campaign", "industry", "size", "region", "first_need")
    return {name: getattr(facts, name) for name in names} | {
        name: getattr(facts, name).strip() for name in texts
    }


def _owner(facts: LeadFacts, actor: User | None) -> User | None:
    if facts.owner is not None or facts.to_pool or actor is None:
        return facts.owner
    return actor if Role.REP in people.roles_of(actor) else None


def _first_stage(process: Process | None) -> Stage:
    return processes.first_stage(processes.current_version(process or processes.default_process()))


def _customer(facts: LeadFacts, now: datetime) -> tuple[Customer, Contact | None]:
    return customers.find_or_create_both(
        name=facts.customer, credit_code=facts.credit_code, contact=facts.person, now=now
    )


def _number(facts: LeadFacts, now: datetime) -> str:
    number = facts.number.strip()
    if not number:
        return numbers.allocate(now=now)[0]
    if Lead.objects.filter(number=number).exists():
        raise Conflict(
            msg("There is already a lead with the number %(number)s.", number=number), field="number"
        )
    return number


def _report(lead: Lead, actor: User | None, now: datetime, *, to_pool: bool) -> None:
    data = facts_of(lead) | {"number": lead.number, "late": rules.is_late(lead.captured_at, now)}
    captured = event(
        lead,
        Kind.REGISTERED,
        actor=actor,
        now=now,
        at=lead.captured_at,
        stage_id=lead.stage_id,
        data=data | {"to_pool": True} if to_pool else data,
    )
    given = event(
        lead,
        Kind.ASSIGNED,
        actor=actor,
        now=now,
        owner_id=lead.owner_id,
        team_id=lead.team_id,
        data={"how": "registered"},
    )
    write(lead, [captured] if lead.owner_id is None else [captured, given])
