"""Channels, campaigns and costs through the pages; every number opens exactly its leads."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import openpyxl
import pytest
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, hours

from leadloop.analysis.tables import Kind
from leadloop.journal.models import Event
from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations import edit_lead, invalidate_lead
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.operations import merge_channels

LINK = re.compile(r'href="(/leads/\?[^"]+)"[^>]*>\s*([\d,]+)\s*<')
PERIOD = "?period=2026-Q2"


@pytest.fixture
def company(cast: Cast, settings: Any, tmp_path) -> dict[str, Channel]:
    """Online with two parts and leads of its own, a fair, a lead without channel, one before the period."""
    settings.STORE = tmp_path / "store"
    online = a_channel("线上")
    search = Channel.objects.create(name="搜索", parent=online)
    social = Channel.objects.create(name="社交", parent=online)
    fair = a_channel("展会")
    here = {"owner": cast.owner, "team": cast.key_accounts}
    a_lead(channel=online, grade="A", **here)
    a_won_lead(channel=search, grade="A", campaign="春季推广", **here)
    a_lead(channel=search, grade="B", campaign="春季推广", owner=cast.stranger)
    a_lost_lead(channel=search, grade="C", **here)
    a_lead(channel=social, **here)
    a_won_lead(channel=fair, grade="B", campaign="工业展", **here)
    a_lead(channel=None, **here)
    a_lead(channel=fair, now=NOW - hours(24 * 120))
    invalidate_lead(lead=a_lead(channel=fair, grade="A"), reason="test", actor=None, now=NOW)
    return {"online": online, "search": search, "social": social, "fair": fair}


@pytest.fixture
def page(client_for):
    def read(user, address: str = f"/channels/{PERIOD}", status: int = 200) -> str:
        answer = client_for(user, HTTP_ACCEPT_LANGUAGE="en").get(address)
        assert answer.status_code == status, answer.content[:900]
        return answer.content.decode()

    return read


@pytest.fixture
def rows(client_for):
    def read(user, period: str = PERIOD) -> dict[str, dict[str, str]]:
        answer = client_for(user, HTTP_ACCEPT_LANGUAGE="en").get(f"/channels/export.csv{period}")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return {row["Channel"]: row for row in csv.DictReader(io.StringIO(text))}

    return read


def a_cost(amount: str, start: str, end: str, **of: Any) -> Cost:
    return Cost.objects.create(amount=amount, start=start, end=end, recorded_at=NOW, **of)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("who", ["owner", "manager", "stranger", "marketing", "ops", "exec"])
@pytest.mark.parametrize("address", ["/channels/", "/channels/campaigns/"])
def test_every_number_opens_exactly_its_leads(cast: Cast, client_for, page, who: str, address: str) -> None:
    user = cast.everybody()[who]
    client = client_for(user, HTTP_ACCEPT_LANGUAGE="en")
    links = [(unescape(link), number) for link, number in LINK.findall(page(user, address + PERIOD))]
    assert links
    for link, number in links:
        opened = client.get(link)
        assert opened.status_code == 200
        assert f"{opened.context['drilled'].count:,}" == opened.context["total"] == number, link


def test_the_tree_adds_up(cast: Cast, company, rows) -> None:
    a_cost("900.00", "2026-04-01", "2026-07-01", channel=company["search"])
    a_cost("100.01", "2026-06-01", "2026-07-01", channel=company["online"])
    a_cost("50.00", "2026-01-01", "2026-02-01", channel=company["social"])
    found = rows(cast.marketing)
    parts = ["线上 (directly)", "线上 / 搜索", "线上 / 社交"]
    assert set(found) == {"线上", *parts, "展会", "Without a channel", "All channels"}
    for column in ("Leads", "A", "B", "C", "Without grade", "Won", "Cost (CNY)"):
        assert Decimal(found["线上"][column]) == sum(Decimal(found[part][column]) for part in parts), column
        tops = ("线上", "展会", "Without a channel")
        assert Decimal(found["All channels"][column]) == sum(Decimal(found[top][column] or 0) for top in tops)
    online = found["线上"]
    counts = [online[name] for name in ("Leads", "A", "B", "C", "Without grade", "Won")]
    assert counts == ["5", "2", "1", "1", "1", "1"]
    assert (online["Cost (CNY)"], online["Cost per lead (CNY)"]) == ("1000.01", "200.00")
    assert (online["Cost per A or B lead (CNY)"], online["Cost per deal (CNY)"]) == ("333.34", "1000.01")


def test_costs_count_by_their_days_and_may_overlap(cast: Cast, company, rows) -> None:
    a_cost("36500.00", "2026-01-01", "2027-01-01", channel=company["fair"])
    a_cost("300.00", "2026-06-16", "2026-07-16", channel=company["fair"])
    june, july = rows(cast.ops, "?period=2026-06")["展会"], rows(cast.ops, "?period=2026-07")["展会"]
    assert (june["Cost (CNY)"], july["Cost (CNY)"]) == ("3150.00", "3250.00")
    assert rows(cast.ops, "?period=all")["展会"]["Cost (CNY)"] == "36800.00"


def test_the_cost_of_a_campaign_is_its_channels_too(cast: Cast, company, rows, page) -> None:
    spring = Campaign.objects.create(
        name="春季推广", channel=company["search"], start="2026-04-01", end="2026-07-01", changed_at=NOW
    )
    a_cost("600.00", "2026-04-01", "2026-07-01", campaign=spring)
    assert rows(cast.ops)["线上 / 搜索"]["Cost (CNY)"] == "600.00"
    text = page(cast.ops, f"/channels/campaigns/{PERIOD}")
    assert "工业展" in text
    assert "named by leads, not set up" in text
    assert re.findall(r'title="([^"]*300[^"]*)"', text)


def test_another_currency_is_never_added_up(cast: Cast, company, rows, page) -> None:
    a_cost("100.00", "2026-05-01", "2026-06-01", channel=company["fair"])
    a_cost("70.00", "2026-05-01", "2026-06-01", channel=company["fair"])
    a_cost("999.00", "2026-05-01", "2026-06-01", channel=company["fair"], currency="USD")
    assert rows(cast.ops)["展会"]["Cost (CNY)"] == "170.00"
    assert rows(cast.ops, f"{PERIOD}&currency=USD")["展会"]["Cost (USD)"] == "999.00"
    assert "USD" in page(cast.ops)


def test_who_sees_only_some_leads_sees_no_costs(cast: Cast, company, rows, page) -> None:
    a_cost("100.00", "2026-05-01", "2026-06-01", channel=company["fair"])
    for user in (cast.owner, cast.manager):
        assert "Cost (CNY)" not in rows(user)["展会"]
        assert "costs are left out" in page(user)
        page(user, f"/channels/costs/{PERIOD}", status=403)
        channel = page(user, f"/channels/{company['fair'].pk}/{PERIOD}")
        assert "100.00" not in channel
        assert "cost per lead" not in channel
    assert rows(cast.exec)["展会"]["Cost (CNY)"] == "100.00"
    page(cast.admin, status=403)


def test_others_read_and_change_nothing(cast: Cast, company, client_for, page) -> None:
    fair = company["fair"]
    cost = a_cost("100.00", "2026-05-01", "2026-06-01", channel=fair)
    paths = ["new", f"{fair.pk}/edit", f"{fair.pk}/merge", f"{fair.pk}/retire", "campaigns/new", "costs/new",
             "costs/paste", f"costs/{cost.pk}/edit", f"costs/{cost.pk}/remove"]  # fmt: skip
    for user in (cast.owner, cast.manager, cast.exec):
        assert "New channel" not in page(user)
        for path in paths:
            assert client_for(user).post(f"/channels/{path}", {"name": "x"}).status_code == 403, path


def test_a_merged_channels_leads_count_at_once(cast: Cast, company, rows) -> None:
    before = rows(cast.ops)
    merge_channels(channel=company["social"], into=company["fair"], actor=cast.ops, now=NOW)
    after = rows(cast.ops)
    assert "线上 / 社交" not in after
    assert int(after["展会"]["Leads"]) == int(before["展会"]["Leads"]) + int(before["线上 / 社交"]["Leads"])
    assert after["All channels"] == before["All channels"]


def test_a_channel_is_made_moved_merged_and_retired(cast: Cast, company, client_for, page) -> None:
    client = client_for(cast.marketing, HTTP_ACCEPT_LANGUAGE="en")
    client.post("/channels/new", {"name": "直播", "parent": company["online"].pk})
    live = Channel.objects.get(name="直播")
    assert live.parent == company["online"]
    taken = client.post("/channels/new", {"name": "直播"})
    assert taken.status_code == 422
    assert "already a channel" in taken.content.decode()
    client.post(f"/channels/{live.pk}/edit", {"name": "直播间", "parent": ""})
    live.refresh_from_db()
    assert (live.name, live.parent) == ("直播间", None)
    cycle = client.post(
        f"/channels/{company['online'].pk}/edit", {"name": "线上", "parent": company["search"].pk}
    )
    assert cycle.status_code == 422
    client.post(f"/channels/{live.pk}/retire")
    assert "retired" in page(cast.marketing, f"/channels/{live.pk}/")
    client.post(f"/channels/{live.pk}/restore")
    client.post(f"/channels/{live.pk}/merge", {"into": company["fair"].pk})
    live.refresh_from_db()
    assert live.merged_into == company["fair"]
    page(cast.marketing, f"/channels/{live.pk}/", status=404)


def test_a_campaign_with_its_period(cast: Cast, company, client_for, page) -> None:
    client = client_for(cast.marketing, HTTP_ACCEPT_LANGUAGE="en")
    form = {
        "name": "春季推广",
        "channel": company["search"].pk,
        "start": "2026-04-01",
        "last_day": "2026-03-01",
    }
    assert client.post("/channels/campaigns/new", form).status_code == 422
    client.post("/channels/campaigns/new", form | {"last_day": "2026-06-30"})
    spring = Campaign.objects.get()
    assert str(spring.end) == "2026-07-01"
    client.post(
        f"/channels/campaigns/{spring.pk}/edit", form | {"name": "春季 2026", "last_day": "2026-06-30"}
    )
    assert Lead.objects.filter(campaign="春季 2026").count() == 2
    assert Event.objects.filter(kind=Kind.EDITED, data={"campaign": "春季 2026"}).count() == 2
    text = page(cast.marketing, f"/channels/campaigns/{PERIOD}")
    assert "2026-04-01 – 2026-06-30" in text
    cost = a_cost("5", "2026-05-01", "2026-06-01", campaign=spring)
    refused = client.post(f"/channels/campaigns/{spring.pk}/remove")
    assert refused.status_code == 422
    cost.delete()
    client.post(f"/channels/campaigns/{spring.pk}/remove")
    assert not Campaign.objects.exists()


def test_a_cost_is_entered_changed_and_removed(cast: Cast, company, client_for) -> None:
    client = client_for(cast.ops, HTTP_ACCEPT_LANGUAGE="en")
    form = {"channel": company["fair"].pk, "campaign": "", "start": "2026-06-01", "last_day": "2026-06-30",
            "amount": "1.8万", "currency": "CNY", "note": "展位"}  # fmt: skip
    for wrong in (
        {"channel": ""},
        {"amount": "-1"},
        {"amount": "abc"},
        {"amount": "0.001"},
        {"last_day": "2026-05-01"},
    ):
        assert client.post("/channels/costs/new", form | wrong).status_code == 422, wrong
    client.post("/channels/costs/new", form)
    cost = Cost.objects.get()
    assert (cost.amount, str(cost.end), cost.recorded_by) == (Decimal("18000.00"), "2026-07-01", cast.ops)
    client.post(f"/channels/costs/{cost.pk}/edit", form | {"amount": "18,000.55"})
    cost.refresh_from_db()
    assert cost.amount == Decimal("18000.55")
    assert b"18,000.55" in client.get(f"/channels/costs/{PERIOD}").content
    client.post(f"/channels/costs/{cost.pk}/remove")
    assert not Cost.objects.exists()


def test_a_pasted_table_is_shown_before_it_is_written(cast: Cast, company, client_for) -> None:
    client = client_for(cast.marketing, HTTP_ACCEPT_LANGUAGE="en")
    table = "展会\t2026-06\t18,000.00\t展位\n搜索\t2026-04-01\t2026-06-30\t3.6万\n无此渠道\t2026-06\t5"
    looked = client.post("/channels/costs/paste", {"table": table, "currency": "CNY", "write": "1"})
    assert looked.status_code == 422
    text = looked.content.decode()
    assert "neither a channel nor a campaign" in text
    assert "18,000.00\t展位" in text
    assert not Cost.objects.exists()
    good = table.rsplit("\n", 1)[0]
    looked = client.post("/channels/costs/paste", {"table": good, "currency": "CNY"})
    assert looked.status_code == 200
    assert not Cost.objects.exists()
    for _ in range(2):
        client.post("/channels/costs/paste", {"table": good, "currency": "CNY", "write": "1"})
    assert sorted(Cost.objects.values_list("amount", flat=True)) == [Decimal("18000.00"), Decimal("36000.00")]
    changed = good.replace("18,000.00", "19,000.00") + "\n展会\t2026-Q2\t100"
    looked = client.post("/channels/costs/paste", {"table": changed, "currency": "CNY"}).content.decode()
    assert "replaces 18,000.00" in looked
    assert "overlaps other costs" in looked
    client.post("/channels/costs/paste", {"table": changed, "currency": "CNY", "write": "1"})
    assert Cost.objects.count() == 3


def test_a_line_twice_in_one_table_is_asked_about(cast: Cast, company, client_for) -> None:
    line = "展会\t2026-06\t5"
    answer = client_for(cast.ops, HTTP_ACCEPT_LANGUAGE="en").post(
        "/channels/costs/paste", {"table": f"{line}\n{line}", "currency": "CNY", "write": "1"}
    )
    assert answer.status_code == 422
    assert "twice" in answer.content.decode()


def test_the_spreadsheet_has_numbers(cast: Cast, company, client_for) -> None:
    a_cost("1000.01", "2026-06-01", "2026-07-01", channel=company["fair"])
    Channel.objects.filter(pk=company["social"].pk).update(name="=1+1")
    answer = client_for(cast.exec, HTTP_ACCEPT_LANGUAGE="en").get(f"/channels/export.xlsx{PERIOD}")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    table = {row[0].value: [cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=2)}
    assert table["展会"][:6] == [1, 0, 1, 0, 0, 1]
    assert table["展会"][6] == 1000.01
    assert sheet.freeze_panes == "A2"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_a_new_company_is_told_what_to_do(cast: Cast, settings, tmp_path, page) -> None:
    settings.STORE = tmp_path / "store"
    assert "No channel yet" in page(cast.marketing, "/channels/")
    assert "No campaign yet" in page(cast.marketing, "/channels/campaigns/")
    assert "No cost in this period" in page(cast.marketing, "/channels/costs/")


@pytest.mark.parametrize("bad", ["?period=gestern", "?first=x&last=y", "?first=2026-06-30&last=2026-06-01"])
def test_an_address_that_cannot_be_read_is_said(cast: Cast, company, page, bad: str) -> None:
    page(cast.ops, f"/channels/{bad}", status=400)


def test_the_channel_of_a_lead_that_was_edited_counts_where_it_is_now(cast: Cast, company, rows) -> None:
    lead = Lead.objects.get(channel=company["online"])
    edit_lead(lead=lead, changes={"channel": company["fair"], "grade": "C"}, actor=None, now=NOW)
    found = rows(cast.ops)
    assert (found["线上"]["A"], found["展会"]["C"]) == ("1", "1")
