"""Who sees what, on every surface: each surface must answer for each person and each lead as the table says.

A surface is a function from a person and a lead to what the person gets of it. What one may not
see does not exist: it is not listed, not counted, not found, and its page answers “not found”.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, hours

from leadloop.foundation.errors import NotFound
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, release_lead
from leadloop.leads.permissions import can_see, contact_of, restrict
from leadloop.people.models import Role, User
from leadloop.people.operations import Place, set_memberships
from leadloop.people.permissions import visibility_of

PEOPLE = (
    "owner",
    "teammate",
    "manager",
    "stranger",
    "other_manager",
    "marketing",
    "ops",
    "exec",
    "admin",
)

SEES = {
    "owned": {"owner", "manager", "marketing", "ops", "exec"},
    "won": {"owner", "manager", "marketing", "ops", "exec"},
    "lost": {"owner", "manager", "marketing", "ops", "exec"},
    "pool": {"owner", "teammate", "stranger", "marketing", "ops", "exec"},
    "released": {"owner", "teammate", "stranger", "manager", "marketing", "ops", "exec"},
    "same customer": {"owner", "stranger", "other_manager", "marketing", "ops", "exec"},
    "of the teammate": {"teammate", "manager", "marketing", "ops", "exec"},
}
"""Lead to the people for whom it exists."""

READS_CONTACT = {
    "owned": {"owner", "manager", "ops"},
    "won": {"owner", "manager", "ops"},
    "lost": {"owner", "manager", "ops"},
    "pool": {"owner", "teammate", "stranger", "marketing", "ops"},
    "released": {"owner", "teammate", "stranger", "manager", "ops"},
    "same customer": {"owner", "stranger", "other_manager", "ops"},
    "of the teammate": {"teammate", "manager", "ops"},
}
"""Lead to the people who also read its contact; marketing only before the handoff."""

PHONES = {name: f"1391234{place:04d}" for place, name in enumerate(SEES, start=7001)}


@pytest.fixture
def leads(cast: Cast) -> dict[str, Lead]:
    def facts(name: str, customer: str = "") -> dict[str, str]:
        return {"customer": customer or f"客户 {name}", "contact": f"王{name}", "phone": PHONES[name]}

    released = a_lead(owner=cast.owner, **facts("released"))
    release_lead(lead=released, actor=cast.owner, now=NOW)
    # Through this one, which nobody asks about, the owner knows the customer of the stranger's lead.
    a_lead(owner=cast.owner, customer="共同客户", contact="", phone="")
    return {
        "owned": a_lead(owner=cast.owner, **facts("owned")),
        "won": a_won_lead(owner=cast.owner, **facts("won")),
        "lost": a_lost_lead(owner=cast.owner, **facts("lost")),
        "pool": a_lead(**facts("pool")),
        "released": released,
        "same customer": a_lead(owner=cast.stranger, **facts("same customer", "共同客户")),
        "of the teammate": a_lead(owner=cast.teammate, **facts("of the teammate")),
    }


Surface = Callable[[User, Lead], bool]
"""Whether the lead exists for the person there."""


def in_list(user: User, lead: Lead) -> bool:
    return queries.visible(user).filter(pk=lead.pk).exists()


def by_number(user: User, lead: Lead) -> bool:
    try:
        return queries.get(user, lead.number) == lead
    except NotFound:
        return False


def found_by_number(user: User, lead: Lead) -> bool:
    return lead in queries.search(user, lead.number)


def found_by_customer(user: User, lead: Lead) -> bool:
    return lead in queries.search(user, lead.customer.name)


def among_ids(user: User, lead: Lead) -> bool:
    return queries.by_ids(queries.visible(user), [lead.pk]).exists()


def by_the_check(user: User, lead: Lead) -> bool:
    return can_see(lead, visibility_of(user))


def by_the_restriction(user: User, lead: Lead) -> bool:
    return restrict(Lead.objects.all(), visibility_of(user)).filter(pk=lead.pk).exists()


SURFACES: tuple[Surface, ...] = (
    in_list,
    by_number,
    found_by_number,
    found_by_customer,
    among_ids,
    by_the_check,
    by_the_restriction,
)


@pytest.mark.parametrize(
    ("surface", "person"), product(SURFACES, PEOPLE), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_lead_exists_for_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    found = {name for name, lead in leads.items() if surface(user, lead)}
    assert found == {name for name, people in SEES.items() if person in people}


def reads_contact(user: User, lead: Lead) -> bool:
    seen = visibility_of(user)
    if not can_see(lead, seen):
        return False
    view = contact_of(Lead.objects.select_related("contact").get(pk=lead.pk), seen)
    if view.masked:
        assert PHONES_OF_NOBODY.isdisjoint({view.phone, view.email, view.name})
    return (view.phone, view.masked) == (lead.contact.phone, False)


def found_by_phone(user: User, lead: Lead) -> bool:
    return lead in queries.search(user, lead.contact.phone)


def found_by_last_digits(user: User, lead: Lead) -> bool:
    return lead in queries.search(user, lead.contact.phone[-4:])


def found_by_contact(user: User, lead: Lead) -> bool:
    return lead in queries.search(user, lead.contact.name)


PHONES_OF_NOBODY = frozenset(PHONES.values())
CONTACT_SURFACES: tuple[Surface, ...] = (
    reads_contact,
    found_by_phone,
    found_by_last_digits,
    found_by_contact,
)


@pytest.mark.parametrize(
    ("surface", "person"), product(CONTACT_SURFACES, PEOPLE), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_contact_is_read_and_found_by_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    found = {name for name, lead in leads.items() if surface(user, lead)}
    assert found == {name for name, people in READS_CONTACT.items() if person in people}


def test_the_handoff_ends_what_marketing_reads(cast: Cast, leads: dict[str, Lead]) -> None:
    lead = leads["pool"]
    assert reads_contact(cast.marketing, lead)
    assign_lead(lead=lead, owner=cast.owner, actor=cast.ops, now=NOW + hours(1))
    release_lead(lead=lead, actor=cast.owner, now=NOW + hours(2))
    assert in_list(cast.marketing, lead)
    assert not reads_contact(cast.marketing, lead)


def test_several_roles_see_the_union_and_contacts_only_where_one_of_them_may(
    cast: Cast, leads: dict[str, Lead]
) -> None:
    both = [Place(Role.EXEC), Place(Role.REP, cast.key_accounts)]
    set_memberships(user=cast.owner, places=both, actor=cast.admin, now=NOW)
    assert {name for name, lead in leads.items() if in_list(cast.owner, lead)} == set(SEES)
    assert {name for name, lead in leads.items() if reads_contact(cast.owner, lead)} == {
        "owned",
        "won",
        "lost",
        "pool",
        "released",
    }


def test_a_manager_of_a_part_does_not_see_the_whole(cast: Cast, leads: dict[str, Lead]) -> None:
    above = a_lead(owner=cast.ops, team=cast.north)
    set_memberships(
        user=cast.manager, places=[Place(Role.MANAGER, cast.key_accounts)], actor=cast.admin, now=NOW
    )
    assert in_list(cast.manager, leads["owned"])
    assert not in_list(cast.manager, above)


def test_somebody_who_left_sees_nothing(cast: Cast, leads: dict[str, Lead]) -> None:
    cast.ops.is_active = False
    assert not any(in_list(cast.ops, lead) for lead in leads.values())
