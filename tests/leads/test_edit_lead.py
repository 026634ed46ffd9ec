from __future__ import annotations

from decimal import Decimal

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_won_lead, hours

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, edit_lead


def last_data(lead: Lead) -> dict[str, object]:
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert row.kind == Kind.EDITED
    return row.data


def test_facts_for_the_analysis_go_to_the_journal_as_they_became(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, industry="制造业")
    channel = a_channel("转介绍")
    changes = {
        "industry": " 服务业 ",
        "channel": channel,
        "expected_amount": Decimal("20"),
        "grade": "B",
        "size": "",
    }
    edit_lead(lead=lead, changes=changes, actor=cast.owner, now=NOW + hours(1))
    lead.refresh_from_db()
    assert (lead.industry, lead.channel, lead.expected_amount, lead.grade) == (
        "服务业",
        channel,
        Decimal(20),
        "B",
    )
    assert last_data(lead) == {
        "industry": "服务业",
        "source": str(channel.pk),
        "expected_amount": 20.0,
        "grade": "B",
    }


def test_personal_facts_are_told_by_name_only(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, contact="张三", phone="13800138000")
    changes = {"phone": "13900139000", "first_need": "李总要报价", "tags": ["急"], "contact": "张三"}
    edit_lead(lead=lead, changes=changes, actor=cast.owner, now=NOW)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.contact.phone, lead.contact.phone_key, lead.contact.name) == (
        "13900139000",
        "+8613900139000",
        "张三",
    )
    assert (lead.first_need, [tag.name for tag in lead.tags.all()]) == ("李总要报价", ["急"])
    assert last_data(lead) == {"fields": ["first_need", "phone", "tags"]}


def test_another_company_takes_the_lead_and_a_contact_along(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, customer="甲公司", contact="张三")
    before = lead.customer
    edit_lead(lead=lead, changes={"customer": "乙公司"}, actor=cast.owner, now=NOW)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.customer.name, lead.contact.name, lead.contact.customer) == ("乙公司", "张三", lead.customer)
    assert last_data(lead) == {"customer_id": lead.customer_id}
    assert before.contacts.get().name == "张三"


def test_nothing_changed_writes_nothing(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, industry="制造业", tags=("a",))
    changes = {"industry": "制造业", "contact": lead.contact.name, "tags": ["a"], "grade": ""}
    edit_lead(lead=lead, changes=changes, actor=cast.owner, now=NOW + hours(1))
    assert not Event.objects.filter(kind=Kind.EDITED).exists()


def test_a_form_filled_before_somebody_elses_change_is_a_conflict(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    seen = lead.changed_at
    edit_lead(lead=lead, changes={"industry": "制造业"}, actor=cast.manager, now=NOW + hours(1))
    with pytest.raises(Conflict) as refused:
        edit_lead(lead=lead, changes={"size": "大型企业"}, actor=cast.owner, now=NOW + hours(2), seen=seen)
    assert refused.value.message.params["who"] == "Manager"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"grade": "S"}, "grade"),
        ({"email": "nobody"}, "email"),
        ({"customer": "", "contact": "", "phone": "", "email": ""}, "customer"),
        ({"validity": "invalid"}, "validity"),
        ({"region": "x" * 121}, "region"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(cast: Cast, changes: dict[str, object], field: str) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError) as refused:
        edit_lead(lead=lead, changes=changes, actor=cast.owner, now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["state", "owner", "amount", "captured_at", "number"])
def test_what_has_its_own_verb_is_not_edited(cast: Cast, name: str) -> None:
    lead = a_won_lead(owner=cast.owner)
    with pytest.raises(DataError):
        edit_lead(lead=lead, changes={name: None}, actor=cast.owner, now=NOW + hours(2))


def test_marketing_edits_until_the_handoff(cast: Cast) -> None:
    lead = a_lead()
    edit_lead(lead=lead, changes={"industry": "制造业"}, actor=cast.marketing, now=NOW)
    assign_lead(lead=lead, owner=cast.owner, actor=cast.ops, now=NOW)
    with pytest.raises(NotAllowed):
        edit_lead(lead=lead, changes={"industry": "服务业"}, actor=cast.marketing, now=NOW)


def test_a_stranger_does_not_find_it(cast: Cast) -> None:
    with pytest.raises(NotFound):
        edit_lead(lead=a_lead(owner=cast.owner), changes={"grade": "A"}, actor=cast.stranger, now=NOW)
