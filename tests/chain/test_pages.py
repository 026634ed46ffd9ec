"""The decision chain on pages: the lead's, and its own; by pointer's addresses and without any script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.chain.models import Member
from leadloop.chain.operations import MemberFacts, add
from leadloop.leads.models import Lead
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(number="LX-1", owner=cast.owner, contact="李四")


def a_member(lead: Lead, name: str = "赵总", role: str = "decision_maker", **facts: object) -> Member:
    made = MemberFacts(name=name, role=role, **facts)  # type: ignore[arg-type]
    return add(lead=lead, facts=made, actor=None, now=NOW)


def test_the_page_draws_and_lists_everybody(cast: Cast, lead: Lead, client_for: ClientFor) -> None:
    boss = a_member(lead, "赵总", stance=1, note="看回本周期")
    a_member(lead, "周会计", "finance", reports_to=boss)

    answer = client_for(cast.owner).get("/leads/LX-1/chain/")

    page, chain = answer.content.decode(), answer.context["chain"]
    assert [(one.name, one.depth, one.boss) for one in chain.people] == [
        ("赵总", 0, ""),
        ("周会计", 1, "赵总"),
    ]
    assert (len(chain.lines), chain.may_edit) == (1, True)
    assert page.count("data-person=") == 2
    assert "看回本周期" in page


def test_who_does_not_read_contacts_sees_no_names_and_no_notes(
    cast: Cast, lead: Lead, client_for: ClientFor
) -> None:
    a_member(lead, "赵建国", note="私事")

    page = client_for(cast.exec).get("/leads/LX-1/chain/").content.decode()

    assert "赵**" in page
    assert "赵建国" not in page
    assert "私事" not in page
    assert "data-edit=" not in page


@pytest.mark.parametrize("who", ["stranger", "other_manager", "admin"])
def test_of_a_lead_that_does_not_exist_for_somebody_there_is_no_chain(
    cast: Cast, lead: Lead, client_for: ClientFor, who: str
) -> None:
    member = a_member(lead)
    browser = client_for(getattr(cast, who))

    assert browser.get("/leads/LX-1/chain/").status_code == 404
    for address in (
        "new/",
        "contact/",
        "order/",
        f"{member.pk}/",
        f"{member.pk}/place/",
        f"{member.pk}/remove/",
    ):
        assert browser.post(f"/leads/LX-1/chain/{address}", {"x": "1", "y": "1"}).status_code == 404, address


def test_a_person_is_added_edited_and_removed_by_forms(cast: Cast, lead: Lead, client_for: ClientFor) -> None:
    browser = client_for(cast.owner)
    added = {
        "name": "赵总",
        "role": "decision_maker",
        "stance": "1",
        "influence": "3",
        "met_on": "2026-06-01",
    }
    assert browser.post("/leads/LX-1/chain/new/", added).status_code == 302
    member = Member.objects.get()
    assert (member.name, member.stance, member.influence) == ("赵总", 1, 3)
    assert member.met_at is not None

    edited = {**added, "stance": "-1", "seen": member.changed_at.isoformat()}
    assert browser.post(f"/leads/LX-1/chain/{member.pk}/", edited).status_code == 302
    before = member.met_at
    member.refresh_from_db()
    assert (member.stance, member.met_at) == (-1, before)
    again = browser.post(f"/leads/LX-1/chain/{member.pk}/", edited)
    assert again.status_code == 422, "the form is of an older state"

    assert browser.get(f"/leads/LX-1/chain/{member.pk}/remove/").status_code == 200
    assert Member.objects.exists()
    assert browser.post(f"/leads/LX-1/chain/{member.pk}/remove/").status_code == 302
    assert not Member.objects.exists()


def test_the_form_says_what_is_wrong_where_it_is(cast: Cast, lead: Lead, client_for: ClientFor) -> None:
    browser = client_for(cast.owner)
    base = {"role": "user", "influence": "2"}

    nameless = browser.post("/leads/LX-1/chain/new/", base)
    future = browser.post("/leads/LX-1/chain/new/", {**base, "name": "王工", "met_on": "2999-01-01"})

    assert nameless.status_code == future.status_code == 422
    assert nameless.context["form"].errors.keys() == {"name"}
    assert future.context["form"].errors.keys() == {"met_on"}


def test_a_circle_is_refused_in_the_form_and_on_the_map(
    cast: Cast, lead: Lead, client_for: ClientFor
) -> None:
    boss = a_member(lead)
    below = a_member(lead, "王工", "technical", reports_to=boss)
    browser = client_for(cast.owner)

    form = {"name": "赵总", "role": "decision_maker", "influence": "2", "reports_to": str(below.pk)}
    assert browser.post(f"/leads/LX-1/chain/{boss.pk}/", form).status_code == 422
    assert (
        browser.post(f"/leads/LX-1/chain/{boss.pk}/reports-to/", {"boss": str(below.pk)}).status_code == 400
    )
    boss.refresh_from_db()
    assert boss.reports_to is None


def test_what_the_map_sends_is_written(cast: Cast, lead: Lead, client_for: ClientFor) -> None:
    boss, below = a_member(lead), a_member(lead, "王工", "technical")
    browser = client_for(cast.owner)
    htmx = {"HX-Request": "true"}

    placed = browser.post(f"/leads/LX-1/chain/{below.pk}/place/", {"x": "12.5", "y": "-8"}, headers=htmx)
    assert placed.status_code == 204
    bad = browser.post(f"/leads/LX-1/chain/{below.pk}/place/", {"x": "left", "y": "0"}, headers=htmx)
    assert bad.status_code == 400
    drawn = browser.post(f"/leads/LX-1/chain/{below.pk}/reports-to/", {"boss": str(boss.pk)}, headers=htmx)
    assert f'data-boss="{boss.pk}"' in drawn.content.decode()
    below.refresh_from_db()
    assert (below.reports_to, below.x) == (boss, None)


def test_a_contact_of_the_customer_comes_in_by_its_name(
    cast: Cast, lead: Lead, client_for: ClientFor
) -> None:
    browser = client_for(cast.owner)
    assert [offer.name for offer in browser.get("/leads/LX-1/chain/").context["chain"].offers] == ["李四"]

    browser.post("/leads/LX-1/chain/contact/", {"contact": str(lead.contact_id)})

    assert Member.objects.get().contact == lead.contact
    assert not browser.get("/leads/LX-1/chain/").context["chain"].offers
    assert browser.post("/leads/LX-1/chain/contact/", {"contact": "999999"}).status_code == 404


def test_the_lead_page_has_the_chain_and_what_it_lacks(cast: Cast, lead: Lead, client_for: ClientFor) -> None:
    page = client_for(cast.owner).get("/leads/LX-1/").content.decode()

    assert 'id="chain"' in page
    assert "/leads/LX-1/chain/new/?role=finance" in page


@pytest.mark.parametrize("number", [1, 5])
def test_the_page_asks_the_same_number_of_questions_for_any_number_of_people(
    cast: Cast, lead: Lead, client_for: ClientFor, number: int
) -> None:
    for place in range(number):
        a_member(lead, f"人{place}", "user")
    browser = client_for(cast.owner)
    browser.get("/leads/LX-1/chain/")

    with CaptureQueriesContext(connection) as asked:
        browser.get("/leads/LX-1/chain/")

    assert len(asked) <= 10, [query["sql"][:100] for query in asked]
