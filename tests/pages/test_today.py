"""Today for a rep: what is due, in which order, what was just given, and the day on which all is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cast import Cast
from tests.clocks.things import at
from tests.factories import a_channel, a_lead, a_user
from tests.pages.conftest import SignedIn

from leadloop.actions.operations import Planned, do, plan
from leadloop.analysis.tables import Kind
from leadloop.assignment.operations import accept, give_back
from leadloop.assignment.queries.offered import offered
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, claim_lead, log_follow_up
from leadloop.notices.models import Notice
from leadloop.people.models import Role, User
from leadloop.workspace.today import figures
from leadloop.workspace.today.due import Due, due

MONDAY = at("2026-06-15 10:00")
"""In Shanghai; its working day is 9 to 12 and 13:30 to 18."""


def found(user: User, now: datetime) -> Due:
    return due(user, now, averages=counted(user, now).averages)


def counted(user: User, now: datetime) -> figures.Figures:
    groups = figures.groups(figures.open_of(user), now)
    return figures.figures(groups, user, now)


def names(items: object) -> list[tuple[str, str]]:
    numbers = dict(Lead.objects.values_list("pk", "number"))
    return [(numbers[item.lead_id], item.what) for item in items]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _in_shanghai() -> object:
    with timezone.override("Asia/Shanghai"):
        yield


class TestDue:
    def test_a_first_follow_up_waits_until_it_is_pressing(self, cast: Cast) -> None:
        a_lead(number="LX-1", owner=cast.owner, now=MONDAY)
        calm = found(cast.owner, MONDAY + timedelta(hours=1))
        assert (names(calm.now), names(calm.later)) == ([], [("LX-1", "first_response")])
        reminded = found(cast.owner, at("2026-06-15 14:00"))
        assert names(reminded.now) == [("LX-1", "first_response")]
        late = found(cast.owner, at("2026-06-16 11:30")).now[0]
        assert (late.late, late.left) == (True, -timedelta(hours=1, minutes=30))

    def test_a_night_does_not_count(self, cast: Cast) -> None:
        a_lead(owner=cast.owner, now=MONDAY)
        item = found(cast.owner, at("2026-06-17 09:30")).now[0]
        # Due on Tuesday at 10: two hours until noon, four and a half after it, half an hour on Wednesday.
        assert item.left == -timedelta(hours=7)

    def test_a_follow_up_ends_it(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, now=MONDAY)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY + timedelta(hours=1))
        day = found(cast.owner, MONDAY + timedelta(hours=2))
        assert (day.now, day.later) == ((), ())

    def test_the_cadence_asks_on_its_day(self, cast: Cast) -> None:
        lead = a_lead(number="LX-1", owner=cast.owner, grade="A", now=MONDAY)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY)
        assert names(found(cast.owner, at("2026-06-19 10:00")).later) == []
        saturday_moved = found(cast.owner, at("2026-06-22 09:00"))
        assert names((*saturday_moved.now, *saturday_moved.later)) == [("LX-1", "cadence")]

    def test_what_was_planned_says_more_than_the_clock(self, cast: Cast) -> None:
        lead = a_lead(number="LX-1", owner=cast.owner, grade="A", now=MONDAY)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY)
        when = at("2026-06-18 15:00")
        action = plan(
            lead=lead, facts=Planned(when, title="Budget", has_time=True), actor=cast.owner, now=MONDAY
        )
        morning = found(cast.owner, at("2026-06-18 09:00"))
        assert names(morning.later) == [("LX-1", "call")]
        assert morning.later[0].title == "Budget"
        assert found(cast.owner, at("2026-06-18 15:10")).now[0].late
        do(action=action, actor=cast.owner, now=at("2026-06-18 15:20"))
        assert found(cast.owner, at("2026-06-18 15:30")).now == ()

    def test_urgency_times_value(self, cast: Cast) -> None:
        facts = {"owner": cast.owner, "now": MONDAY}
        a_lead(number="small-C", grade="C", expected_amount=Decimal(1_000), **facts)
        a_lead(number="large-A", grade="A", expected_amount=Decimal(90_000), **facts)
        a_lead(number="B", grade="B", **facts)
        items = found(cast.owner, at("2026-06-16 14:00")).now
        assert [number for number, _ in names(items)] == ["large-A", "B", "small-C"]
        assert [str(reason) for reason in items[0].reasons] == ["overdue", "grade A"]

    def test_several_actions_of_a_lead_are_one_row(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, now=MONDAY)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY)
        for hour in (15, 16, 17):
            facts = Planned(at(f"2026-06-15 {hour}:00"), has_time=True)
            plan(lead=lead, facts=facts, actor=cast.owner, now=MONDAY)
        day = found(cast.owner, MONDAY + timedelta(hours=1))
        assert [(item.due_at, item.more) for item in day.later] == [(at("2026-06-15 15:00"), 2)]

    def test_nobody_sees_what_others_have_to_do(self, cast: Cast) -> None:
        a_lead(owner=cast.owner, now=MONDAY)
        for who in (cast.teammate, cast.manager, cast.stranger, cast.ops):
            assert found(who, at("2026-06-16 14:00")) == Due((), ())

    def test_what_comes_next_is_named_when_all_is_done(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, now=MONDAY)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY)
        plan(lead=lead, facts=Planned(at("2026-06-17 10:00"), has_time=True), actor=cast.owner, now=MONDAY)
        day = found(cast.owner, MONDAY + timedelta(hours=1))
        assert day.next_action is not None
        assert day.next_action.due_at == at("2026-06-17 10:00")


class TestOffers:
    """Accept or return what somebody else gave."""

    def given(self, cast: Cast, **facts: object) -> Lead:
        lead = a_lead(owner=cast.teammate, team=cast.key_accounts, now=MONDAY, **facts)
        return assign_lead(lead=lead, owner=cast.owner, actor=cast.manager, now=MONDAY + timedelta(minutes=5))

    def test_what_was_given_waits_for_an_answer(self, cast: Cast) -> None:
        lead = self.given(cast)
        later = MONDAY + timedelta(hours=1)
        assert [(offer.lead_id, offer.by) for offer in offered(cast.owner, later)] == [
            (lead.pk, cast.manager.pk)
        ]
        assert offered(cast.teammate, later) == []

    def test_what_one_took_oneself_needs_none(self, cast: Cast) -> None:
        pool = a_lead(now=MONDAY)
        claim_lead(lead=pool, actor=cast.owner, now=MONDAY)
        a_lead(actor=cast.owner, owner=cast.owner, now=MONDAY)
        assert offered(cast.owner, MONDAY + timedelta(hours=1)) == []

    def test_accepted_once(self, cast: Cast) -> None:
        lead = self.given(cast)
        later = MONDAY + timedelta(hours=1)
        accept(lead=lead, actor=cast.owner, now=later)
        assert offered(cast.owner, later) == []
        assert Event.objects.get(lead_id=lead.pk, kind=Kind.ACCEPTED).actor == cast.owner
        with pytest.raises(Conflict):
            accept(lead=Lead.objects.get(pk=lead.pk), actor=cast.owner, now=later)
        # The first follow-up is still to be made, and in time.
        assert names(found(cast.owner, at("2026-06-15 14:00")).now) == [(lead.number, "first_response")]

    def test_a_follow_up_is_an_answer_too(self, cast: Cast) -> None:
        lead = self.given(cast)
        log_follow_up(lead=lead, actor=cast.owner, now=MONDAY + timedelta(hours=1))
        with pytest.raises(Conflict):
            give_back(lead=lead, reason="no", actor=cast.owner, now=MONDAY + timedelta(hours=2))

    def test_returned_to_the_pool_with_a_reason(self, cast: Cast) -> None:
        lead = self.given(cast)
        later = MONDAY + timedelta(hours=1)
        with pytest.raises(DataError):
            give_back(lead=lead, reason=" ", actor=cast.owner, now=later)
        assert Lead.objects.get(pk=lead.pk).owner == cast.owner
        give_back(lead=lead, reason="Not our region", actor=cast.owner, now=later)
        lead.refresh_from_db()
        kinds = Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True)
        assert (lead.owner, lead.team, list(kinds)[-2:]) == (
            None,
            cast.key_accounts,
            [Kind.REJECTED, Kind.RELEASED],
        )
        assert Notice.objects.filter(user=cast.manager, kind="lead_returned").count() == 1

    def test_returned_to_whoever_answers_for_the_team(self, cast: Cast) -> None:
        lead = self.given(cast)
        later = MONDAY + timedelta(hours=1)
        with pytest.raises(DataError):
            give_back(lead=lead, reason="no", to=cast.stranger, actor=cast.owner, now=later)
        give_back(lead=lead, reason="Too large for me", to=cast.manager, actor=cast.owner, now=later)
        lead.refresh_from_db()
        assert (lead.owner, lead.team) == (cast.manager, cast.key_accounts)

    def test_only_the_owner_answers(self, cast: Cast) -> None:
        lead = self.given(cast)
        for who, error in ((cast.manager, NotAllowed), (cast.teammate, NotFound), (cast.stranger, NotFound)):
            with pytest.raises(error):
                accept(lead=lead, actor=who, now=MONDAY)

    def test_what_is_overdue_is_due_and_no_offer(self, cast: Cast) -> None:
        lead = self.given(cast)
        late = at("2026-06-16 14:00")
        assert offered(cast.owner, late) == []
        assert names(found(cast.owner, late).now) == [(lead.number, "first_response")]


class TestFigures:
    def test_whose_leads_count(self, cast: Cast) -> None:
        a_lead(owner=cast.owner, team=cast.key_accounts)
        a_lead(owner=cast.stranger, team=cast.south)
        a_lead()
        counts = {who: counted(person, MONDAY).open for who, person in cast.everybody().items()}
        assert counts == {
            "owner": 1, "teammate": 0, "manager": 1, "stranger": 1, "other_manager": 1,
            "marketing": 3, "ops": 3, "exec": 3, "admin": 0,
        }  # fmt: skip

    def test_the_week_is_the_readers_own(self, cast: Cast) -> None:
        for who, hours in ((cast.owner, 1), (cast.teammate, 60)):
            lead = a_lead(owner=who, team=cast.key_accounts, now=MONDAY)
            log_follow_up(lead=lead, actor=who, now=MONDAY + timedelta(hours=hours))
        friday = at("2026-06-19 17:00")
        shares = {who: figures.week(cast.everybody()[who], friday).timeliness for who in ("owner", "manager")}
        assert {who: (one.met, one.n) for who, one in shares.items()} == {"owner": (1, 1), "manager": (1, 2)}


def test_the_page_shows_it_and_its_part_alone(cast: Cast, signed_in: SignedIn) -> None:
    now = timezone.now()
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts, now=now - timedelta(days=9))
    client = signed_in(cast.owner)
    page = client.get("/")
    assert page.context["late"] == 1
    assert b'data-row="LX-1"' in page.content
    assert b"/leads/LX-1/follow-ups/new/" in page.content
    part = client.get("/", headers={"HX-Request": "true", "HX-Target": "div#today"})
    assert b"<html" not in part.content
    assert b'data-row="LX-1"' in part.content


def test_accepting_and_returning_by_the_page(cast: Cast, signed_in: SignedIn) -> None:
    now = timezone.now()
    marketing = a_user(role=Role.MARKETING)
    for number in ("LX-1", "LX-2"):
        a_lead(number=number, owner=cast.owner, actor=marketing, channel=a_channel(), now=now)
    client = signed_in(cast.owner)
    assert client.get("/").context["new"].total == 2
    answer = client.post("/leads/LX-1/accept/", headers={"HX-Request": "true"})
    assert "today-changed" in answer["HX-Trigger"]
    assert client.post("/leads/LX-2/give-back/", {"reason": ""}).status_code == 422
    assert client.post("/leads/LX-2/give-back/", {"reason": "Not ours"}).status_code == 302
    assert client.get("/").context["new"].total == 0
    assert Lead.objects.get(number="LX-2").owner is None


def test_the_leads_page_offers_it_too_until_it_is_answered(cast: Cast, signed_in: SignedIn) -> None:
    a_lead(number="LX-1", owner=cast.owner, actor=cast.ops, team=cast.key_accounts, now=timezone.now())
    client = signed_in(cast.owner)
    assert b"/leads/LX-1/accept/" in client.get("/leads/LX-1/").content
    assert b"/leads/LX-1/accept/" not in signed_in(cast.manager).get("/leads/LX-1/").content
    client.post("/leads/LX-1/accept/")
    assert b"/leads/LX-1/accept/" not in client.get("/leads/LX-1/").content


def test_a_day_on_which_nothing_is_left(cast: Cast, signed_in: SignedIn) -> None:
    now = timezone.now()
    lead = a_lead(owner=cast.owner, now=now)
    log_follow_up(lead=lead, actor=cast.owner, now=now)
    page = signed_in(cast.owner).get("/")
    assert page.context["clear"]
    assert b"All done for today." in page.content


MOST_QUERIES = {"owner": 24, "manager": 36}


@pytest.mark.parametrize("who", MOST_QUERIES)
def test_a_full_desk_asks_as_little_as_a_tidy_one(cast: Cast, signed_in: SignedIn, who: str) -> None:
    now = timezone.now()

    def give(count: int) -> None:
        for place in range(count):
            moment = now - timedelta(days=9 * (place % 2))
            lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=moment, actor=cast.ops)
            if place % 3 == 0:
                log_follow_up(lead=lead, actor=cast.owner, now=now)
                plan(lead=lead, facts=Planned(now + timedelta(days=1)), actor=cast.owner, now=now)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/").status_code == 200
        return len(found)

    client = signed_in(getattr(cast, who))
    give(6)
    asked()
    few = asked()
    give(24)
    asked()
    assert asked() == few <= MOST_QUERIES[who]


def test_an_empty_house_says_how_to_begin(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.ops).get("/")
    assert page.context["empty"]
    assert b"/leads/new/" in page.content
