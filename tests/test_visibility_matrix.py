"""Who sees what, on every surface: each surface must answer for each person and each lead as the table says.

A surface is a function from a person and a lead to what the person gets of it. What one may not
see does not exist: it is not listed, not counted, not found, and its page answers “not found”.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from functools import wraps
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, hours

from leadloop.chain.operations import add_contact
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
    "pool": {"marketing", "ops"},
    "released": {"manager", "ops"},
    "same customer": {"owner", "stranger", "other_manager", "ops"},
    "of the teammate": {"teammate", "manager", "ops"},
}
"""Lead to the people who also read its contact; marketing only before the handoff, in the pool nobody who may
claim it: that is what a claim is for."""

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


Leads = dict[str, Lead]
Surface = Callable[[User, Leads], set[str]]
"""The leads that exist for the person there."""


def each(asks: Callable[[User, Lead], bool]) -> Surface:
    """A surface that is asked for one lead at a time."""

    @wraps(asks)
    def surface(user: User, leads: Leads) -> set[str]:
        return {name for name, lead in leads.items() if asks(user, lead)}

    return surface


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
    each(in_list),
    each(by_number),
    each(found_by_number),
    each(found_by_customer),
    each(among_ids),
    each(by_the_check),
    each(by_the_restriction),
)


@pytest.mark.parametrize(
    ("surface", "person"), list(product(SURFACES, PEOPLE)), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_lead_exists_for_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    assert surface(user, leads) == {name for name, people in SEES.items() if person in people}


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
    each(reads_contact),
    each(found_by_phone),
    each(found_by_last_digits),
    each(found_by_contact),
)


@pytest.mark.parametrize(
    ("surface", "person"), list(product(CONTACT_SURFACES, PEOPLE)), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_contact_is_read_and_found_by_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    assert surface(user, leads) == {name for name, people in READS_CONTACT.items() if person in people}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode())


def linked(answer: Any, leads: Leads) -> set[str]:
    """The leads that a page shows the way to. A page that the role does not have shows nothing."""
    assert answer.status_code in {200, 403}
    text = text_of(answer)
    return {name for name, lead in leads.items() if f'href="/leads/{lead.number}/"' in text}


def list_page(user: User, leads: Leads) -> set[str]:
    return linked(browser(user).get("/leads/"), leads)


def filtered_list_page(user: User, leads: Leads) -> set[str]:
    client = browser(user)
    pages = [client.get(f"/leads/?q={lead.number}") for lead in leads.values()]
    return set().union(*(linked(page, leads) for page in pages))


def search_page(user: User, leads: Leads) -> set[str]:
    client = browser(user)
    pages = [client.get(f"/search/?q={lead.number}") for lead in leads.values()]
    return set().union(*(linked(page, leads) for page in pages))


def lead_page(user: User, leads: Leads) -> set[str]:
    client = browser(user)
    codes = {name: client.get(f"/leads/{lead.number}/").status_code for name, lead in leads.items()}
    assert set(codes.values()) <= {200, 404}
    return {name for name, code in codes.items() if code == 200}


def form_of_the_lead(user: User, leads: Leads) -> set[str]:
    """Who sees the lead and may not edit it is refused; who does not see it learns nothing by asking."""
    client = browser(user)
    codes = {name: client.get(f"/leads/{lead.number}/edit/").status_code for name, lead in leads.items()}
    assert set(codes.values()) <= {200, 403, 404}
    return {name for name, code in codes.items() if code != 404}


def exported_csv(user: User, leads: Leads) -> set[str]:
    answer = browser(user).get("/leads/export.csv")
    assert answer.status_code in {200, 403}
    text = text_of(answer)
    return {name for name, lead in leads.items() if lead.number in text}


def chain_page(user: User, leads: Leads) -> set[str]:
    client = browser(user)
    codes = {name: client.get(f"/leads/{lead.number}/chain/").status_code for name, lead in leads.items()}
    assert set(codes.values()) <= {200, 404}
    return {name for name, code in codes.items() if code == 200}


PAGES: tuple[Surface, ...] = (
    chain_page,
    list_page,
    filtered_list_page,
    search_page,
    lead_page,
    form_of_the_lead,
    exported_csv,
)


@pytest.mark.parametrize(
    ("surface", "person"), list(product(PAGES, PEOPLE)), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_page_shows_a_lead_to_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    assert surface(user, leads) == {name for name, people in SEES.items() if person in people}


def lead_page_with_contact(user: User, leads: Leads) -> set[str]:
    """Name and phone go together: a page with one of them only would be wrong both ways."""
    client = browser(user)
    found = set()
    for name, lead in leads.items():
        text = text_of(client.get(f"/leads/{lead.number}/"))
        shown = {lead.contact.name in text, lead.contact.phone in text}
        assert len(shown) == 1
        if shown == {True}:
            found.add(name)
    return found


def search_page_by_phone(user: User, leads: Leads) -> set[str]:
    client = browser(user)
    pages = [client.get(f"/search/?q={lead.contact.phone}") for lead in leads.values()]
    return set().union(*(linked(page, leads) for page in pages))


def chain_page_with_names(user: User, leads: Leads) -> set[str]:
    for lead in leads.values():
        add_contact(lead=lead, contact=lead.contact, actor=None, now=NOW)
    client = browser(user)
    pages = {name: text_of(client.get(f"/leads/{lead.number}/chain/")) for name, lead in leads.items()}
    return {name for name, lead in leads.items() if lead.contact.name in pages[name]}


CONTACT_PAGES: tuple[Surface, ...] = (lead_page_with_contact, search_page_by_phone, chain_page_with_names)


@pytest.mark.parametrize(
    ("surface", "person"), list(product(CONTACT_PAGES, PEOPLE)), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_page_shows_a_contact_to_whom_it_should(
    cast: Cast, leads: dict[str, Lead], surface: Surface, person: str
) -> None:
    user = getattr(cast, person)
    assert surface(user, leads) == {name for name, people in READS_CONTACT.items() if person in people}


@pytest.mark.parametrize("person", PEOPLE)
def test_lists_and_exports_give_no_contact_away(cast: Cast, leads: dict[str, Lead], person: str) -> None:
    """Also not by answering a search for one: whom a list shows for a phone must read that phone."""
    client = browser(getattr(cast, person))
    readable = {name for name, people in READS_CONTACT.items() if person in people}
    pages = "".join(text_of(client.get(path)) for path in ("/leads/", "/leads/export.csv", "/pipeline/"))
    assert {name for name in leads if PHONES[name] in pages} <= readable
    for name in leads:
        assert linked(client.get(f"/leads/?q={PHONES[name]}"), leads) <= readable


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everybody_is_told_the_same_number_by_figure_drill_down_list_and_export(
    cast: Cast, leads: dict[str, Lead], settings: Any, tmp_path: Path
) -> None:
    settings.STORE = tmp_path
    for person, user in cast.everybody().items():
        client = browser(user)
        seen = {lead.number for lead in Lead.objects.all() if can_see(lead, visibility_of(user))}
        assert figure_of(client) == len(seen), person
        drilled = client.get("/leads/?figure=leads")
        assert set(NUMBERS.findall(text_of(drilled))) == seen, person
        exported = text_of(client.get("/leads/export.csv?figure=leads"))
        assert set(re.findall(r"LX\d{10}", exported)) == seen, person
        assert counted(client) == len(seen), person


NUMBERS = re.compile(r'href="/leads/(LX\d{10})/"')


def figure_of(client: Client) -> int:
    """How many leads the conversion table counts over all; a role without analyses is told nothing."""
    answer = client.get("/analysis/conversion.csv")
    if answer.status_code == 403:
        return 0
    _headings, over_all, *_rows = csv.reader(io.StringIO(text_of(answer).lstrip("\ufeff")))
    return int(over_all[2])


def counted(client: Client) -> int:
    answer = client.get("/leads/count/")
    return 0 if answer.status_code == 403 else int(re.sub(r"\D", "", text_of(answer)))


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
