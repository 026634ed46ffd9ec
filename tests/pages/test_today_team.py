"""Today for a manager: what needs a decision, who is late, what is stuck; one click asks an owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast
from tests.clocks.things import at
from tests.factories import a_lead
from tests.pages.conftest import SignedIn

from leadloop.clocks.models import Nudge
from leadloop.clocks.operations import nudge, nudge_person, sweep
from leadloop.clocks.queries import nudges_of
from leadloop.foundation.errors import Conflict, NotAllowed, NotFound
from leadloop.foundation.messages import from_data
from leadloop.leads.operations import assign_lead, log_follow_up
from leadloop.notices.models import Notice
from leadloop.people.models import User
from leadloop.workspace.today import team
from leadloop.workspace.today.figures import groups, open_of

MONDAY = at("2026-06-15 10:00")
WEDNESDAY = at("2026-06-17 17:00")


def proposals(user: User) -> team.Section:
    leads = open_of(user)
    return team.proposals(groups(leads, WEDNESDAY), leads, WEDNESDAY)


def test_a_lead_that_nobody_called_needs_a_decision(cast: Cast) -> None:
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts, now=MONDAY)
    assert proposals(cast.manager).total == 0
    for moment in ("2026-06-15 12:00", "2026-06-16 10:00", "2026-06-17 10:00"):
        sweep(now=at(moment))
    found = proposals(cast.manager)
    assert [(row.lead.number, row.over) for row in found.rows] == [("LX-1", timedelta(hours=13))]
    assert proposals(cast.other_manager).total == 0


def test_who_is_late_and_by_how_much(cast: Cast) -> None:
    for _ in range(2):
        a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
    lead = a_lead(owner=cast.teammate, team=cast.key_accounts, now=MONDAY)
    log_follow_up(lead=lead, actor=cast.teammate, now=MONDAY + timedelta(hours=1))
    a_lead(owner=cast.stranger, team=cast.south, now=MONDAY)
    moment = at("2026-06-16 11:00")
    found = team.people(cast.manager, groups(open_of(cast.manager), moment), moment)
    assert [(row.user, row.open, row.late, row.untouched, row.over) for row in found.rows] == [
        (cast.owner, 2, 2, 2, timedelta(hours=1)),
        (cast.teammate, 1, 0, 0, None),
    ]
    assert (found.total, found.late) == (2, 2)


def test_a_lead_is_stuck_after_the_expected_days_of_its_stage(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
    log_follow_up(lead=lead, actor=cast.owner, now=MONDAY + timedelta(hours=1))
    leads = open_of(cast.manager)
    assert team.stuck(leads, MONDAY + timedelta(hours=23)).total == 0
    found = team.stuck(leads, MONDAY + timedelta(hours=25))
    assert [row.over for row in found.rows] == [timedelta(hours=1)]


class TestNudge:
    def test_the_owner_is_told_and_it_is_counted(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
        nudge(lead=lead, actor=cast.manager, now=WEDNESDAY)
        nudge(lead=lead, actor=cast.ops, now=WEDNESDAY + timedelta(hours=1))
        assert nudges_of([lead.pk])[lead.pk].times == 2
        assert Notice.objects.filter(user=cast.owner, kind="clock_nudged", urgent=True).count() == 2

    def test_not_twice_an_hour_whoever_asks(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
        nudge(lead=lead, actor=cast.manager, now=WEDNESDAY)
        with pytest.raises(Conflict):
            nudge(lead=lead, actor=cast.ops, now=WEDNESDAY + timedelta(minutes=59))
        assert Nudge.objects.count() == 1

    def test_another_owner_starts_from_none(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
        nudge(lead=lead, actor=cast.manager, now=WEDNESDAY)
        assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=WEDNESDAY)
        assert nudges_of([lead.pk]) == {}
        nudge(lead=lead, actor=cast.manager, now=WEDNESDAY)

    def test_who_may(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
        for who, error in (
            (cast.owner, NotAllowed),
            (cast.teammate, NotFound),
            (cast.other_manager, NotFound),
            (cast.marketing, NotAllowed),
        ):
            with pytest.raises(error):
                nudge(lead=lead, actor=who, now=WEDNESDAY)

    def test_a_lead_in_the_pool_has_nobody_to_ask(self, cast: Cast) -> None:
        with pytest.raises(Conflict):
            nudge(lead=a_lead(now=MONDAY), actor=cast.ops, now=WEDNESDAY)

    def test_a_person_is_asked_about_everything_once(self, cast: Cast) -> None:
        for _ in range(3):
            a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
        nudge_person(person=cast.owner, actor=cast.manager, now=WEDNESDAY)
        told = Notice.objects.get(user=cast.owner, kind="clock_nudged")
        assert str(from_data(told.message)) == "Manager asks you to see to 3 late leads."
        with pytest.raises(Conflict):
            nudge_person(person=cast.owner, actor=cast.manager, now=WEDNESDAY + timedelta(minutes=5))
        with pytest.raises(Conflict):
            nudge_person(person=cast.teammate, actor=cast.manager, now=WEDNESDAY)
        with pytest.raises(NotAllowed):
            nudge_person(person=cast.owner, actor=cast.other_manager, now=WEDNESDAY)


def test_by_the_page(cast: Cast, signed_in: SignedIn) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts, now=long_ago)
    a_lead(number="LX-2", owner=cast.owner, team=cast.key_accounts, now=timezone.now())
    for _ in range(3):
        sweep(now=timezone.now())
    client: Client = signed_in(cast.manager)
    page = client.get("/")
    assert page.context["people"].late == 1
    behind = client.get(page.context["people"].rows[0].late_leads + "&columns=due")
    assert [b"LX-1" in behind.content, len(behind.context["rows"])] == [True, 1]
    assert b"/calendars/nudge/LX-1/" in page.content
    answer = client.post("/calendars/nudge/LX-1/", headers={"HX-Request": "true"})
    assert (answer.status_code, "today-changed" in answer["HX-Trigger"]) == (200, True)
    assert b"asked once" in client.get("/").content
    again = client.post("/calendars/nudge/LX-1/", headers={"HX-Request": "true"})
    assert again.status_code == 409
    assert client.get("/calendars/nudge/LX-1/").status_code == 405
