"""One's own actions by day, and what is done with them there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from tests.actions.things import CHINA, planned
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions.models import NextAction, Postponement
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead

URL = "/actions/"


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(owner=cast.owner, now=now() - timedelta(days=40), customer="华信科技有限公司")


def in_days(days: int, clock: str = "23:00") -> str:
    return f"{timezone.localdate(timezone=CHINA) + timedelta(days=days)} {clock}"


def page_of(response) -> dict:
    return response.context


def days_of(response) -> dict[str, list[str]]:
    return {
        day.key: [card.key for card in day.cards]
        for week in response.context["weeks"]
        for day in week.days
        if day.cards
    }


def test_actions_stand_on_their_days(client_for, cast: Cast, lead: Lead) -> None:
    long_ago = now() - timedelta(days=30)
    late = planned(lead, in_days(-3), actor=cast.owner, now=long_ago, has_time=False)
    today = planned(lead, in_days(0), actor=cast.owner, now=long_ago, has_time=False)
    far = planned(lead, in_days(40), actor=cast.owner, now=long_ago)
    response = client_for(cast.owner).get(URL)
    assert [card.key for card in response.context["overdue"]] == [str(late.pk)]
    assert days_of(response) == {timezone.localdate(timezone=CHINA).isoformat(): [str(today.pk)]}
    assert [card.key for card in response.context["later"]] == [str(far.pk)]
    assert "华信科技有限公司" in response.content.decode()


def test_every_day_of_this_week_from_today_and_of_the_next_is_there(client_for, cast: Cast, lead) -> None:
    planned(lead, in_days(40), actor=cast.owner, now=now())
    weeks = client_for(cast.owner).get(URL).context["weeks"]
    days = [day.date for week in weeks for day in week.days]
    today = timezone.localdate(timezone=CHINA)
    assert days == [today + timedelta(days=index) for index in range(14 - today.weekday())]
    assert [day.today for week in weeks for day in week.days] == [True] + [False] * (len(days) - 1)


def test_nothing_planned_says_what_to_do(client_for, cast: Cast) -> None:
    response = client_for(cast.owner).get(URL)
    assert response.context["total"] == 0
    assert "/leads/" in response.content.decode()


def test_the_manager_looks_at_the_team_and_others_do_not(client_for, cast: Cast, lead: Lead) -> None:
    mine = planned(lead, in_days(1), actor=cast.owner, now=now())
    seen = client_for(cast.manager).get(f"{URL}?person={cast.owner.pk}")
    assert [key for keys in days_of(seen).values() for key in keys] + [
        card.key for card in seen.context["later"]
    ] == [str(mine.pk)]
    for who in (cast.teammate, cast.other_manager, cast.exec, cast.marketing):
        assert client_for(who).get(f"{URL}?person={cast.owner.pk}").status_code == 404


def test_what_one_may_not_see_is_not_shown(client_for, cast: Cast, lead: Lead) -> None:
    """An action stays its owner's when the lead goes out of sight without anybody being asked."""
    planned(lead, in_days(1), actor=cast.owner, now=now())
    Lead.objects.filter(pk=lead.pk).update(owner=cast.stranger, team=cast.south)
    assert client_for(cast.owner).get(URL).context["total"] == 0


def test_done_by_one_press(client_for, cast: Cast, lead: Lead) -> None:
    action = planned(lead, in_days(1), actor=cast.owner, now=now())
    client = client_for(cast.owner)
    assert client.post(f"/actions/{action.pk}/done/").status_code == 302
    action.refresh_from_db()
    assert action.done_by == cast.owner
    assert client.get(f"/actions/{action.pk}/done/").status_code == 405
    assert client.post(f"/actions/{action.pk}/done/").status_code == 409


def test_put_off_asks_why_and_offers_a_way_back(client_for, cast: Cast, lead: Lead) -> None:
    action = planned(lead, in_days(1, "14:30"), actor=cast.owner, now=now())
    client = client_for(cast.owner)
    url, to = f"/actions/{action.pk}/postpone/", in_days(2)[:10]
    shown = client.get(f"{url}?to={to}")
    assert f'value="{to}"' in shown.content.decode()
    assert 'value="14:30"' in shown.content.decode()
    refused = client.post(url, {"to": to, "clock": "14:30"})
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors
    moved = client.post(url, {"to": to, "clock": "14:30", "reason": "customer"}, follow=True)
    action.refresh_from_db()
    assert (action.due_on, action.moves) == (date.fromisoformat(to), 1)
    shift = Postponement.objects.get().shift
    assert shift is not None
    assert f"/actions/moves/{shift.pk}/undo/" in moved.content.decode()
    assert client_for(cast.manager).post(f"/actions/moves/{shift.pk}/undo/").status_code == 404
    client.post(f"/actions/moves/{shift.pk}/undo/")
    action.refresh_from_db()
    assert (action.due_on, action.moves) == (date.fromisoformat(in_days(1)[:10]), 0)


def test_brought_forward_needs_no_reason(client_for, cast: Cast, lead: Lead) -> None:
    action = planned(lead, in_days(5), actor=cast.owner, now=now(), has_time=False)
    client_for(cast.owner).post(f"/actions/{action.pk}/postpone/", {"to": in_days(3)[:10], "clock": ""})
    action.refresh_from_db()
    assert (action.due_on.isoformat(), action.moves) == (in_days(3)[:10], 0)


def test_into_the_past_is_refused_with_what_was_typed(client_for, cast: Cast, lead: Lead) -> None:
    action = planned(lead, in_days(5), actor=cast.owner, now=now(), has_time=False)
    form = {"to": "2020-02-29", "reason": "customer", "words": "等对方盖章"}
    refused = client_for(cast.owner).post(f"/actions/{action.pk}/postpone/", form)
    assert refused.status_code == 422
    assert "to" in refused.context["form"].errors
    assert "等对方盖章" in refused.content.decode()


def test_many_at_once(client_for, cast: Cast, lead: Lead) -> None:
    others = a_lead(owner=cast.stranger, now=now())
    mine = [planned(lead, in_days(1), actor=cast.owner, now=now(), has_time=False) for _ in range(3)]
    foreign = planned(others, in_days(1), actor=cast.stranger, now=now(), has_time=False)
    ids = [str(one.pk) for one in (*mine, foreign)]
    client = client_for(cast.owner)
    assert client.get("/actions/postpone/", {"action": ids[:2]}).status_code == 200
    client.post("/actions/postpone/", {"action": ids, "by_days": "7", "reason": "no_time"})
    days = set(NextAction.objects.filter(owner=cast.owner).values_list("due_on", flat=True))
    assert days == {date.fromisoformat(in_days(8)[:10])}
    foreign.refresh_from_db()
    assert foreign.moves == 0
    assert client.get("/actions/postpone/").status_code == 400


def test_planning_on_the_leads_page(client_for, cast: Cast, lead: Lead) -> None:
    client = client_for(cast.owner)
    page = client.get(f"/leads/{lead.number}/")
    assert f"/actions/new/{lead.number}/" in page.content.decode()
    form = client.get(f"/actions/new/{lead.number}/")
    assert form.status_code == 200
    facts = {
        "title": "确认预算",
        "kind": "call",
        "priority": "high",
        "due_at": in_days(1)[:10],
        "clock": "09:30",
    }
    assert client.post(f"/actions/new/{lead.number}/", facts).status_code == 302
    action = NextAction.objects.get()
    assert (action.title, action.priority, action.has_time) == ("确认预算", "high", True)
    assert action.due_at == datetime.fromisoformat(f"{in_days(1)[:10]}T09:30:00+08:00")
    assert "确认预算" in client.get(f"/leads/{lead.number}/").content.decode()


def test_a_day_is_the_owners_day_wherever_the_reader_is(client_for, cast: Cast, lead: Lead) -> None:
    cast.owner.zone = "America/Los_Angeles"
    cast.owner.save()
    client, day = client_for(cast.manager), in_days(4)[:10]
    facts = {"kind": "call", "priority": "normal", "due_at": day, "owner": str(cast.owner.pk)}
    client.post(f"/actions/new/{lead.number}/", facts)
    action = NextAction.objects.get()
    assert (action.owner, action.due_on.isoformat()) == (cast.owner, day)
    later = in_days(6)[:10]
    client.post(f"/actions/{action.pk}/postpone/", {"to": later, "reason": "customer"})
    action.refresh_from_db()
    assert action.due_on.isoformat() == later
    client.post("/actions/postpone/", {"action": action.pk, "to": in_days(8)[:10], "reason": "customer"})
    action.refresh_from_db()
    assert action.due_on.isoformat() == in_days(8)[:10]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_that_no_calendar_has_are_refused(client_for, cast: Cast, lead: Lead, day: str) -> None:
    action = planned(lead, in_days(5), actor=cast.owner, now=now())
    client = client_for(cast.owner)
    facts = {"kind": "call", "priority": "normal", "due_at": day}
    assert client.post(f"/actions/new/{lead.number}/", facts).status_code == 422
    moved = {"to": day, "reason": "customer"}
    assert client.post(f"/actions/{action.pk}/postpone/", moved).status_code == 422
    client.post("/actions/postpone/", {"action": action.pk, **moved})
    assert NextAction.objects.get().due_at == action.due_at


def test_planning_in_the_past_says_so(client_for, cast: Cast, lead: Lead) -> None:
    facts = {"kind": "call", "priority": "normal", "due_at": in_days(-1)[:10]}
    refused = client_for(cast.owner).post(f"/actions/new/{lead.number}/", facts)
    assert refused.status_code == 422
    assert "due_at" in refused.context["form"].errors


def test_the_executive_reads_no_free_words(client_for, cast: Cast, lead: Lead) -> None:
    planned(lead, in_days(1), actor=cast.owner, now=now(), title="打给王总 13800138000")
    page = client_for(cast.exec).get(f"/leads/{lead.number}/").content.decode()
    assert "王总" not in page
    assert "next-actions" in page


def test_change_and_drop(client_for, cast: Cast, lead: Lead) -> None:
    action = planned(lead, in_days(1), actor=cast.owner, now=now(), repeat="weekly")
    client = client_for(cast.owner)
    what = {"title": "再问一次", "kind": "email", "priority": "low", "repeat": "daily", "every": "2"}
    assert client.get(f"/actions/{action.pk}/").status_code == 200
    assert client.post(f"/actions/{action.pk}/", what).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.kind, action.repeat, action.every) == ("再问一次", "email", "daily", 2)
    assert client.post(f"/actions/{action.pk}/drop/", {"reason": "不需要了"}).status_code == 302
    action.refresh_from_db()
    assert action.drop_reason == "不需要了"
    assert NextAction.objects.count() == 1


@pytest.mark.parametrize("others", [1, 3])
def test_queries_do_not_grow_with_the_actions(
    client_for, cast: Cast, others: int, django_assert_max_num_queries
) -> None:
    for _ in range(others):
        planned(a_lead(owner=cast.owner, now=now()), in_days(1), actor=cast.owner, now=now())
    client = client_for(cast.owner)
    client.get(URL)
    with django_assert_max_num_queries(9):
        client.get(URL)
