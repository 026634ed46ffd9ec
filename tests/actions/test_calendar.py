"""The calendar that other programs fetch by a secret address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar, Event
from tests.actions.things import CHINA, planned
from tests.cast import Cast
from tests.factories import a_lead, at_stage

from leadloop.actions.models import Feed, NextAction
from leadloop.actions.operations import do, drop, make_feed, postpone, revoke_feed
from leadloop.customers.models import Customer
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead

TITLE = "确认预算; 带样品, 合同\\副本"


def in_days(days: int, clock: str = "14:30") -> str:
    return f"{timezone.localdate(timezone=CHINA) + timedelta(days=days)} {clock}"


@pytest.fixture
def lead(cast: Cast) -> Lead:
    name = "苏州华信精密装备制造（集团）有限责任公司华东分公司采购中心"
    return a_lead(owner=cast.owner, now=now() - timedelta(days=1), customer=name, contact="张三", grade="A")


@pytest.fixture
def address(cast: Cast) -> str:
    return f"/calendar/{make_feed(actor=cast.owner, now=now())}.ics"


def fetch(address: str) -> list[Event]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).events)


def test_what_a_calendar_gets(cast: Cast, lead: Lead, address: str) -> None:
    action = planned(lead, in_days(1), actor=cast.owner, now=now(), title=TITLE, priority="high")
    (event,) = fetch(address)
    assert event.start == action.due_at
    assert event.start.utcoffset() == timedelta()
    assert event.duration == timedelta(minutes=30)
    assert str(event["SUMMARY"]).split(" · ")[1:] == [lead.customer.name, TITLE]
    assert event["DESCRIPTION"].splitlines()[:2] == [TITLE, lead.number]
    assert event["URL"] == f"http://testserver/leads/{lead.number}/"
    assert (event["PRIORITY"], event["SEQUENCE"], event["TRANSP"]) == (1, 0, "OPAQUE")
    assert "张三" not in str(event)


def test_lines_are_folded_and_end_as_they_must(cast: Cast, lead: Lead, address: str) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now(), title=TITLE * 5)
    raw = Client().get(address).content
    lines = raw.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is torn in two
    unfolded = raw.replace(b"\r\n ", b"").decode()
    assert "确认预算\\; 带样品\\, 合同\\\\副本" in unfolded


def test_a_whole_day_is_a_day_wherever_it_is_read(cast: Cast, lead: Lead, address: str) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now(), has_time=False)
    (event,) = fetch(address)
    tomorrow = timezone.localdate(timezone=CHINA) + timedelta(days=1)
    assert (event.start, event.end) == (tomorrow, tomorrow + timedelta(days=1))
    assert type(event.start) is date
    assert event["TRANSP"] == "TRANSPARENT"
    assert b"DTSTART;VALUE=DATE:" in Client().get(address).content


def test_the_same_event_moves_and_goes(cast: Cast, lead: Lead, address: str) -> None:
    action = planned(lead, in_days(1), actor=cast.owner, now=now())
    other = planned(lead, in_days(2), actor=cast.owner, now=now())
    before = {event["UID"]: event["SEQUENCE"] for event in fetch(address)}
    to = datetime.fromisoformat(in_days(3)).replace(tzinfo=CHINA)
    postpone(action=action, to=to, reason="customer", actor=cast.owner, now=now())
    after = {event["UID"]: event for event in fetch(address)}
    assert after.keys() == before.keys()
    moved = after[f"{action.uid}@leadloop"]
    assert (moved.start, moved["SEQUENCE"]) == (to.astimezone(UTC), before[moved["UID"]] + 1)
    do(action=action, actor=cast.owner, now=now())
    drop(action=other, reason="", actor=cast.owner, now=now())
    assert fetch(address) == []


def test_what_the_owner_does_not_see_any_more_is_gone(cast: Cast, lead: Lead, address: str) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now())
    Lead.objects.filter(pk=lead.pk).update(owner=cast.stranger, team=cast.south)
    assert fetch(address) == []
    lead.refresh_from_db()
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.ops, now=now())
    theirs = make_feed(actor=cast.teammate, now=now())
    assert len(fetch(f"/calendar/{theirs}.ics")) == 1


def test_nothing_of_colleagues_stands_in_it(cast: Cast, lead: Lead) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now())
    of_manager = make_feed(actor=cast.manager, now=now())
    assert fetch(f"/calendar/{of_manager}.ics") == []


def test_the_secret_is_not_kept_and_can_be_renewed_and_revoked(cast: Cast, address: str) -> None:
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in str(Feed.objects.values().get())
    assert len(token) >= 43
    renewed = make_feed(actor=cast.owner, now=now())
    assert Client().get(address).status_code == 404
    assert Client().get(f"/calendar/{renewed}.ics").status_code == 200
    revoke_feed(actor=cast.owner)
    assert Client().get(f"/calendar/{renewed}.ics").status_code == 404


def test_whoever_left_has_no_calendar(cast: Cast, address: str) -> None:
    cast.owner.is_active = False
    cast.owner.save()
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "确", "..", "%00"])
def test_guessed_addresses_do_not_exist(cast: Cast, token: str) -> None:
    assert Client().get(f"/calendar/{token}.ics").status_code in {400, 404}


def test_no_session_is_begun_and_few_questions_are_asked(
    cast: Cast, lead: Lead, address: str, django_assert_max_num_queries
) -> None:
    for days in range(1, 21):
        planned(lead, in_days(days), actor=cast.owner, now=now())
    client = Client()
    client.get(address)
    with django_assert_max_num_queries(5):
        answer = client.get(address)
    assert not answer.cookies
    assert "no-cache" in answer["Cache-Control"]


def test_unchanged_it_is_not_sent_again(cast: Cast, lead: Lead, address: str) -> None:
    action = planned(lead, in_days(1), actor=cast.owner, now=now())
    first = Client().get(address)
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for change in (
        lambda: Customer.objects.filter(pk=lead.customer_id).update(name="改名后的公司"),
        lambda: at_stage(lead, "need", now=now()),
        lambda: do(action=action, actor=cast.owner, now=now()),
    ):
        known = Client().get(address)["ETag"]
        change()
        assert Client().get(address, headers={"If-None-Match": known}).status_code == 200
    assert Client().post(address).status_code == 405


def test_made_shown_once_and_revoked_on_the_page(client_for, cast: Cast) -> None:
    client = client_for(cast.owner)
    assert client.get("/actions/calendar/").context["made_at"] is None
    address = client.post("/actions/calendar/").context["address"]
    assert Client().get(address).status_code == 200
    shown = client.get("/actions/calendar/")
    assert shown.context["address"] == ""
    assert shown.context["used_at"] is not None
    assert address.rsplit("/", 1)[1] not in shown.content.decode()
    client.post("/actions/calendar/revoke/")
    assert Client().get(address).status_code == 404
    assert not NextAction.objects.exists()


def test_words_are_in_the_owners_language(cast: Cast, lead: Lead, address: str) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now(), kind="call")
    cast.owner.language = "en"
    cast.owner.save()
    (event,) = fetch(address)
    assert event["SUMMARY"].startswith("Call · ")
