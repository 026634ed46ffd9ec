"""Cleaning through the pages: what one sees, mends, accepts and marks invalid."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead

from leadloop.leads.models import Lead, State
from leadloop.leads.operations import assign_lead
from leadloop.screening.models import Finding
from leadloop.screening.rules import RULES

WHOLE = {"industry": "制造业", "first_need": "一套仓储系统", "phone": "13900001111"}
HTMX = {"HX-Request": "true", "HX-Target": "li#lead"}


@pytest.fixture
def page(client_for):
    def read(user, address: str = "/cleaning/", status: int = 200) -> str:
        answer = client_for(user, HTTP_ACCEPT_LANGUAGE="en").get(address)
        assert answer.status_code == status, answer.content[:800]
        return answer.content.decode()

    return read


def shown(text: str) -> list[str]:
    return re.findall(r'id="lead-(\d+)"', text)


def rules_of(text: str) -> list[tuple[str, int]]:
    lines = re.findall(
        r'class="rule-link" href="([^"]+)".*?<span class="num">([\d,]+)</span></a>', text, re.S
    )
    return [(unescape(address), int(count.replace(",", ""))) for address, count in lines]


def a_mess(cast: Cast) -> None:
    for number in range(4):
        a_lead(owner=cast.owner, customer=f"测试{number}", channel=a_channel())
    a_lead(owner=cast.teammate, phone="1390", channel=None)
    a_lead(owner=cast.stranger, phone="13800138000")
    a_lead(customer="华光", industry="无", size="无", phone="88886666")
    a_lead(owner=cast.owner, customer="测试一下", phone="13800138000", email="a@a.com")


@pytest.mark.parametrize("who", ["owner", "manager", "stranger", "marketing", "ops"])
def test_every_count_opens_exactly_its_leads(cast: Cast, page, who: str) -> None:
    a_mess(cast)
    user = cast.everybody()[who]
    lines = rules_of(page(user))
    assert lines
    for address, count in lines:
        assert len(shown(page(user, address))) == count, address
    tabs = re.findall(r'<a href="(/cleaning/\?severity=\w+)"[^>]*>\w+ <span class="num">(\d+)', page(user))
    assert len(tabs) == 3
    for address, count in tabs:
        assert len(shown(page(user, address))) == int(count), address


def test_one_sees_findings_of_visible_leads_only(cast: Cast, page) -> None:
    mine, other = a_lead(owner=cast.owner), a_lead(owner=cast.stranger)
    assert shown(page(cast.owner, "/cleaning/?severity=low")) == [str(mine.pk)]
    assert shown(page(cast.stranger, "/cleaning/?severity=low")) == [str(other.pk)]
    page(cast.exec, status=403)
    page(cast.admin, status=403)


def test_the_owner_narrows_the_list(cast: Cast, page) -> None:
    a_mess(cast)
    for owner, expected in ((str(cast.owner.pk), {cast.owner.pk}), ("pool", {None})):
        text = page(cast.ops, f"/cleaning/?severity=low&owner={owner}")
        owners = set(Lead.objects.filter(pk__in=shown(text)).values_list("owner", flat=True))
        assert owners == expected
        for address, count in rules_of(text):
            assert f"owner={owner}" in address
            assert len(shown(page(cast.ops, address))) == count


@pytest.mark.parametrize("bad", ["rule=none", "severity=grave", "owner=x", "owner=999999999999999999999"])
def test_an_address_that_means_nothing_is_said(cast: Cast, page, bad: str) -> None:
    page(cast.ops, f"/cleaning/?{bad}", status=400)


def test_mended_in_place_the_finding_vanishes(cast: Cast, client_for) -> None:
    lead = a_lead(owner=cast.owner, channel=a_channel(), **WHOLE | {"phone": "1390"})
    finding = Finding.objects.get(lead=lead)
    client = client_for(cast.owner, HTTP_ACCEPT_LANGUAGE="en")
    answer = client.post(f"/cleaning/{finding.pk}/mend", {"value": "13900002222"}, headers=HTMX)
    assert answer.status_code == 200
    assert "nothing left to mend" in answer.content.decode()
    assert answer["HX-Trigger"] == "findings-changed"
    assert Lead.objects.get(pk=lead.pk).contact.phone == "13900002222"
    assert not Finding.objects.exists()
    gone = client.post(f"/cleaning/{finding.pk}/mend", {"value": "1"}, headers=HTMX)
    assert gone.status_code == 404


def test_what_is_refused_stays_in_the_field_with_the_reason(cast: Cast, client_for) -> None:
    lead = a_lead(owner=cast.owner, channel=a_channel(), email="wang..li@qq.com", **WHOLE)
    finding = Finding.objects.get(lead=lead, field="email")
    client = client_for(cast.owner, HTTP_ACCEPT_LANGUAGE="en")
    answer = client.post(f"/cleaning/{finding.pk}/mend", {"value": "nonsense"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'value="nonsense"' in answer.content.decode()
    assert "is not an e-mail address" in answer.content.decode()
    assert Finding.objects.filter(pk=finding.pk).exists()


def test_a_slip_is_put_right_with_one_click(cast: Cast, client_for, page) -> None:
    lead = a_lead(owner=cast.owner, channel=a_channel(), email="wang@qq.con", **WHOLE)
    text = page(cast.owner)
    assert 'value="wang@qq.com"' in text
    finding = Finding.objects.get(lead=lead)
    client_for(cast.owner).post(f"/cleaning/{finding.pk}/mend", {"value": "wang@qq.com"})
    assert not Finding.objects.exists()


def test_a_channel_is_chosen_from_those_in_use(cast: Cast, client_for, page) -> None:
    lead = a_lead(owner=cast.owner, channel=None, **WHOLE)
    old = a_channel("报纸")
    type(old).objects.filter(pk=old.pk).update(retired_at=NOW)
    new = a_channel("官网")
    text = page(cast.owner)
    assert "官网" in text
    assert "报纸" not in text
    finding = Finding.objects.get(lead=lead)
    client = client_for(cast.owner)
    assert (
        client.post(f"/cleaning/{finding.pk}/mend", {"value": str(old.pk)}, headers=HTMX).status_code == 422
    )
    client.post(f"/cleaning/{finding.pk}/mend", {"value": str(new.pk)})
    assert Lead.objects.get(pk=lead.pk).channel == new


def test_a_change_by_somebody_else_in_between_is_not_written_over(cast: Cast, client_for, page) -> None:
    lead = a_lead(owner=cast.owner, channel=None, **WHOLE)
    seen = re.search(r'name="seen" value="([^"]+)"', page(cast.owner))[1]
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=NOW)
    finding = Finding.objects.get(lead=lead)
    data = {"value": str(a_channel().pk), "seen": seen}
    answer = client_for(cast.manager).post(f"/cleaning/{finding.pk}/mend", data, headers=HTMX)
    assert answer.status_code == 422
    assert Lead.objects.get(pk=lead.pk).channel is None


def test_right_as_it_is(cast: Cast, client_for, page) -> None:
    a_lead(owner=cast.owner, contact="张三", channel=a_channel(), **WHOLE)
    finding = Finding.objects.get()
    client_for(cast.owner).post(f"/cleaning/{finding.pk}/accept")
    assert shown(page(cast.owner)) == []
    assert len(shown(page(cast.owner, "/cleaning/?accepted=1"))) == 1
    client_for(cast.owner).post(f"/cleaning/{finding.pk}/reopen")
    assert len(shown(page(cast.owner))) == 1


def test_marked_invalid_with_a_reason(cast: Cast, client_for, page) -> None:
    lead = a_lead(owner=cast.owner, phone="1390", channel=a_channel())
    finding = Finding.objects.get(lead=lead, rule="unreachable")
    client = client_for(cast.owner, HTTP_ACCEPT_LANGUAGE="en")
    form = client.get(f"/cleaning/{finding.pk}/invalidate").content.decode()
    assert '<option value="wrong_contact" selected>' in form
    assert client.post(f"/cleaning/{finding.pk}/invalidate", {"reason": "other"}).status_code == 422
    client.post(f"/cleaning/{finding.pk}/invalidate", {"reason": "wrong_contact"})
    assert Lead.objects.get(pk=lead.pk).state == State.INVALID
    assert shown(page(cast.owner)) == []


def test_leads_that_leave_no_doubt_are_marked_invalid_together(cast: Cast, client_for) -> None:
    a_mess(cast)
    client = client_for(cast.manager, HTTP_ACCEPT_LANGUAGE="en")
    form = client.get("/cleaning/bulk?rule=test_entry&severity=high").content.decode()
    assert "5 leads are marked invalid with the reason “test number”" in form
    assert Lead.objects.filter(state=State.INVALID).count() == 0
    client.post("/cleaning/bulk?rule=test_entry&severity=high")
    invalid = Lead.objects.filter(state=State.INVALID)
    assert invalid.count() == 5
    assert not Finding.objects.filter(lead__in=invalid).exists()
    assert Lead.objects.get(owner=cast.stranger).state == State.OPEN


def test_where_there_is_doubt_nothing_is_done_in_bulk(cast: Cast, client_for, page) -> None:
    a_mess(cast)
    doubtful = [key for key, rule in RULES.items() if not rule.certain]
    assert client_for(cast.ops).post(f"/cleaning/bulk?rule={doubtful[0]}").status_code == 400
    assert len(re.findall(r'href="/cleaning/bulk', page(cast.ops))) == 3


def test_what_one_may_not_change_is_shown_without_a_field(cast: Cast, client_for, page) -> None:
    lead = a_lead(phone="1390", email="", channel=a_channel())
    text = page(cast.owner)
    assert shown(text) == [str(lead.pk)]
    assert "Claim it first" in text
    assert 'name="value"' not in text
    finding = Finding.objects.filter(lead=lead).first()
    client = client_for(cast.owner)
    assert client.post(f"/cleaning/{finding.pk}/mend", {"value": "1"}).status_code == 403
    assert client_for(cast.exec).post(f"/cleaning/{finding.pk}/accept").status_code == 403
    foreign = a_lead(owner=cast.stranger)
    hidden = Finding.objects.filter(lead=foreign).first()
    assert client.post(f"/cleaning/{hidden.pk}/accept").status_code == 404


def test_a_masked_contact_is_not_given_away(cast: Cast, page) -> None:
    a_lead(owner=cast.owner, phone="13800138000")
    a_lead(phone="138 0013 8000")
    text = page(cast.marketing)
    assert "13800138000" not in text
    assert "***" in text
    assert "138 0013 8000" in text


def test_the_page_asks_the_database_as_often_for_one_lead_as_for_twenty(
    cast: Cast, client_for, django_assert_max_num_queries
) -> None:
    client: Client = client_for(cast.manager)
    for number in range(20):
        a_lead(owner=cast.owner if number % 2 else cast.teammate)
        if number in {0, 19}:
            client.get("/cleaning/?severity=low")
            with django_assert_max_num_queries(14):
                assert client.get("/cleaning/?severity=low").status_code == 200


def test_numbers_beyond_a_thousand_are_no_trouble(cast: Cast, client_for, page) -> None:
    a_lead()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'leads_lead'"
            if connection.vendor == "sqlite"
            else "SELECT setval(pg_get_serial_sequence('leads_lead', 'id'), 5000)"
        )
    lead = a_lead(owner=cast.owner, channel=a_channel(), **WHOLE | {"phone": "1390"})
    assert lead.pk > 5000
    text = page(cast.owner, "/cleaning/?severity=high")
    assert shown(text) == [str(lead.pk)]
    assert f'data-hx-target="#lead-{lead.pk}"' in text
    finding = Finding.objects.get(lead=lead)
    form = {"value": "13900002222"}
    answer = client_for(cast.owner).post(f"/cleaning/{finding.pk}/mend", form, headers=HTMX)
    assert f'id="lead-{lead.pk}"' in answer.content.decode()
