from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, hours
from tests.imports.files import a_file, a_row, imported

from leadloop.analysis.tables import Kind
from leadloop.clocks.templatetags.clocks import registered_late
from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.journal.models import Event
from leadloop.leads import numbers
from leadloop.leads.models import Lead, NumberSeries
from leadloop.leads.operations import LeadFacts, register_lead
from leadloop.people.models import User
from leadloop.process.models import Process


def test_everything_known_is_kept_and_the_journal_holds_the_facts_without_the_people(cast: Cast) -> None:
    facts = LeadFacts(
        customer="华信科技有限公司",
        contact="张三",
        title="采购经理",
        phone="138-0013-8000",
        email="Zhang@Huaxin.example",
        channel=a_channel("展会"),
        source_detail="2024 工博会",
        industry="制造业",
        size="大型企业",
        region="华东",
        first_need="产线改造",
        grade="A",
        tags=("高意向", "有预算"),
        expected_amount=Decimal("180000.50"),
        captured_at=NOW - hours(3),
    )
    lead = register_lead(facts=facts, actor=cast.owner, now=NOW)
    lead = Lead.objects.get(number="LX2026000001")
    assert (lead.customer.name, lead.contact.phone_key, lead.contact.email_key) == (
        "华信科技有限公司",
        "+8613800138000",
        "zhang@huaxin.example",
    )
    assert (lead.owner, lead.team, lead.assigned_at) == (cast.owner, cast.key_accounts, NOW)
    assert (lead.stage.key, lead.stage_since, lead.state) == ("captured", NOW - hours(3), "open")
    assert sorted(tag.name for tag in lead.tags.all()) == ["有预算", "高意向"]

    registered, assigned = Event.objects.order_by("id")
    assert (registered.kind, registered.occurred_at, registered.recorded_at, registered.actor) == (
        Kind.REGISTERED,
        NOW - hours(3),
        NOW,
        cast.owner,
    )
    assert registered.data == {
        "number": "LX2026000001",
        "late": False,
        "source": str(lead.channel_id),
        "source_detail": "2024 工博会",
        "campaign": None,
        "industry": "制造业",
        "size": "大型企业",
        "region": "华东",
        "grade": "A",
        "expected_amount": 180000.5,
        "currency": "CNY",
        "customer_id": lead.customer_id,
    }
    assert (assigned.kind, assigned.owner_id, assigned.team_id) == (
        Kind.ASSIGNED,
        cast.owner.pk,
        cast.key_accounts.pk,
    )


def test_marketing_registers_for_somebody_or_the_pool_and_a_rep_for_themselves(cast: Cast) -> None:
    reps = {cast.owner, cast.teammate, cast.stranger}
    assert register_lead(facts=LeadFacts(customer="中联"), actor=cast.marketing, now=NOW).owner in reps
    to_pool = LeadFacts(customer="华信", to_pool=True)
    assert register_lead(facts=to_pool, actor=cast.marketing, now=NOW).owner is None
    assert register_lead(facts=LeadFacts(customer="华信"), actor=cast.owner, now=NOW).owner == cast.owner
    assert register_lead(facts=to_pool, actor=cast.owner, now=NOW).owner is None


@pytest.mark.parametrize("who", ["exec", "admin"])
def test_some_roles_do_not_register(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        register_lead(facts=LeadFacts(customer="华信"), actor=getattr(cast, who), now=NOW)


@pytest.mark.parametrize(("after", "late"), [(24, False), (24.01, True)])
def test_more_than_a_day_after_the_capture_is_late(process: Process, after: float, late: bool) -> None:
    lead = a_lead(captured_at=NOW - hours(after))
    assert registered_late(lead) is late
    assert Event.objects.get(kind=Kind.REGISTERED).data["late"] is late


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"captured_at": NOW + timedelta(minutes=1)}, "captured_at"),
        ({"captured_at": datetime(1989, 12, 31, tzinfo=UTC)}, "captured_at"),
        ({"customer": "", "contact": "", "phone": "", "email": ""}, "customer"),
        ({"email": "not an address"}, "email"),
        ({"phone": "none"}, "phone"),
        ({"credit_code": "91350100M000100Y44"}, "credit_code"),
        ({"grade": "D"}, "grade"),
        ({"currency": "rmb"}, "currency"),
        ({"expected_amount": Decimal(-1)}, "expected_amount"),
        ({"industry": "x" * 121}, "industry"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field_and_nothing_is_written(
    process: Process, facts: dict[str, object], field: str
) -> None:
    with pytest.raises(DataError) as refused:
        a_lead(**facts)
    assert refused.value.field == field
    assert (Lead.objects.count(), Customer.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_number_exists_once(process: Process) -> None:
    a_lead(number="X-1")
    with pytest.raises(Conflict) as refused:
        a_lead(number="X-1")
    assert refused.value.field == "number"


def test_the_same_company_and_person_are_found_again(process: Process) -> None:
    first = a_lead(customer="华信（北京）科技有限公司", contact="张三", phone="13800138000")
    second = a_lead(
        customer=" 华信(北京)科技有限公司", contact="张三", phone="+86 138 0013 8000", email="z@h.cn"
    )
    other_person = a_lead(customer="华信（北京）科技有限公司", contact="李四", phone="13800138000")
    assert (first.customer, first.contact) == (second.customer, second.contact)
    assert other_person.customer == first.customer
    assert other_person.contact != first.contact
    assert Contact.objects.get(pk=first.contact_id).email == "z@h.cn"


def test_a_phone_never_becomes_a_name(process: Process) -> None:
    lead = a_lead(customer="", contact="", phone="13800138000")
    with translation.override("en"):
        assert (lead.customer.name, str(lead.customer)) == ("", "(no name)")
    again = a_lead(customer="", contact="", phone="13800138000")
    assert again.customer == lead.customer


def test_numbers_go_on_past_those_that_an_import_brought(process: Process) -> None:
    a_lead(number="LX2026000002")
    a_lead(number="LX2026000007")
    a_lead(number="LX2026-old-99")
    assert [a_lead().number for _ in range(3)] == ["LX2026000001", "LX2026000008", "LX2026000009"]
    assert NumberSeries.objects.get().last == 9


def test_the_year_of_a_number_is_that_of_the_organisation(process: Process) -> None:
    new_year_in_shanghai = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert a_lead(now=new_year_in_shanghai).number == "LX2027000001"


@pytest.mark.django_db(transaction=True)
def test_numbers_drawn_at_the_same_time_differ() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the test database of SQLite lives in one connection")
    drawn: list[list[str]] = []

    def draw() -> None:
        for _ in range(20):
            with transaction.atomic():
                drawn.append(numbers.allocate(now=NOW, count=3))
        connection.close()

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    found = [number for some in drawn for number in some]
    assert sorted(found) == [f"LX2026{n:06d}" for n in range(1, 4 * 20 * 3 + 1)]


@pytest.mark.parametrize("number", ["new", "count", "export.csv", "A/edit", "..", "A/../B"])
def test_a_number_whose_page_could_not_be_opened_is_refused(number: str, cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be a lead number") as refused:
        register_lead(facts=LeadFacts(customer="甲公司", number=number), actor=cast.owner, now=NOW)
    assert refused.value.field == "number"
    done = imported(a_file(tmp_path, [a_row(1, 线索编号=number)]), actor=cast.ops)
    assert (done.created, done.rejected) == (0, 1)


@pytest.mark.parametrize("number", ["renew", "A/1", "编号 1", "A..1", "edit", "1.5", "export"])
def test_any_other_number_has_a_page(number: str, cast: Cast, client_for: Callable[[User], Client]) -> None:
    lead = register_lead(facts=LeadFacts(customer="甲公司", number=number), actor=cast.owner, now=NOW)
    page = client_for(cast.owner).get(reverse("leads:detail", args=[lead.number]))
    assert page.status_code == 200
    assert number in page.content.decode()
