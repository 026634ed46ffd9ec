"""What people do with warnings: plan what is proposed, snooze, say whether it was right; who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.factories import NOW, at_stage, hours
from tests.warnings.things import a_worked_lead, days, open_rules

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, plan
from leadloop.analysis.methods.wilson import wilson
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.warnings.models import Alert
from leadloop.warnings.operations import act, judge, look, snooze, sweep
from leadloop.warnings.queries import of_lead, open_for, precision, precisions
from leadloop.warnings.rules import Rule
from leadloop.warnings.wording import in_words

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
THEN = NOW + days(15)


@pytest.fixture
def silent(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Alert:
    """A lead of owner whose customer has not replied for fifteen days."""
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: THEN)
    lead = a_worked_lead(cast.owner, grade="C")
    sweep(now=THEN)
    return Alert.objects.select_related("lead").get(lead=lead, rule="silent")


def shown(user: User, now: datetime = THEN) -> list[str]:
    return [alert.rule for alert in open_for(user, now) if alert.rule == "silent"]


def test_a_rep_sees_own_warnings_a_manager_those_of_the_teams(cast: Cast, silent: Alert) -> None:
    assert shown(cast.owner) == shown(cast.manager) == shown(cast.ops) == ["silent"]
    for other in ("teammate", "stranger", "other_manager", "marketing", "exec", "admin"):
        assert shown(getattr(cast, other)) == [], other


def test_the_proposal_is_planned_by_one_click_and_the_warning_keeps_quiet_until_it_is_due(
    cast: Cast, silent: Alert
) -> None:
    action = act(alert=silent, actor=cast.owner, now=THEN)

    assert (action.lead, action.owner, action.kind) == (silent.lead, cast.owner, "call")
    assert THEN < action.due_at < THEN + days(5)
    assert shown(cast.owner) == []
    assert shown(cast.owner, action.due_at) == ["silent"], "it was not done, and it still holds"


def test_for_a_missing_action_the_cadence_proposes_the_day(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="A")
    sweep(now=NOW + days(2))
    alert = Alert.objects.get(lead=lead, rule="no_action")

    action = act(alert=alert, actor=cast.owner, now=NOW + days(2))
    look([lead.pk], now=NOW + days(2))

    assert action.due_at.date() == (NOW + days(7)).date()
    assert "no_action" not in open_rules(lead)


def test_an_overdue_action_is_moved_and_counted_as_moved(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="A")
    action = plan(lead=lead, facts=Planned(due_at=NOW + days(1)), actor=cast.owner, now=NOW)
    sweep(now=NOW + days(4))
    alert = Alert.objects.get(lead=lead, rule="overdue")

    act(alert=alert, actor=cast.owner, now=NOW + days(4))
    look([lead.pk], now=NOW + days(4))

    action.refresh_from_db()
    assert action.due_at > NOW + days(4)
    assert action.moves == 1
    assert NextAction.objects.count() == 1
    assert "overdue" not in open_rules(lead)


def test_a_snoozed_warning_comes_back(cast: Cast, silent: Alert) -> None:
    snooze(alert=silent, until=THEN + days(3), actor=cast.owner, now=THEN)

    assert shown(cast.owner) == []
    assert not [one for one in of_lead(silent.lead, THEN) if one.rule == "silent"]
    assert shown(cast.owner, THEN + days(3)) == ["silent"]


@pytest.mark.parametrize("until", [NOW, THEN, THEN + days(93)])
def test_a_snooze_is_neither_past_nor_endless(cast: Cast, silent: Alert, until: datetime) -> None:
    with pytest.raises(DataError):
        snooze(alert=silent, until=until, actor=cast.owner, now=THEN)


def test_a_wrong_warning_is_shown_no_more_and_a_right_one_stays(cast: Cast, silent: Alert) -> None:
    judge(alert=silent, outcome="right", actor=cast.owner, now=THEN)
    assert shown(cast.owner) == ["silent"]

    judge(alert=silent, outcome="wrong", actor=cast.owner, now=THEN)
    assert shown(cast.owner) == []
    sweep(now=THEN + days(1))
    assert shown(cast.owner, THEN + days(1)) == [], "also after the next pass"

    judge(alert=silent, outcome="", actor=cast.owner, now=THEN)
    assert shown(cast.owner) == ["silent"]
    with pytest.raises(DataError):
        judge(alert=silent, outcome="maybe", actor=cast.owner, now=THEN)


@pytest.mark.parametrize(
    ("who", "refusal"), [("stranger", NotFound), ("exec", NotAllowed), ("marketing", NotAllowed)]
)
def test_who_does_not_work_on_the_lead_answers_nothing(
    cast: Cast, silent: Alert, who: str, refusal: type[Exception]
) -> None:
    actor = getattr(cast, who)

    for answer in (
        lambda: act(alert=silent, actor=actor, now=THEN),
        lambda: snooze(alert=silent, until=THEN + days(1), actor=actor, now=THEN),
        lambda: judge(alert=silent, outcome="right", actor=actor, now=THEN),
    ):
        with pytest.raises(refusal):
            answer()


def test_moving_an_action_that_is_done_is_refused(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="A")
    action = plan(lead=lead, facts=Planned(due_at=NOW + days(1)), actor=cast.owner, now=NOW)
    sweep(now=NOW + days(4))
    alert = Alert.objects.get(lead=lead, rule="overdue")
    NextAction.objects.filter(pk=action.pk).update(done_at=NOW + days(4))

    with pytest.raises(Conflict):
        act(alert=alert, actor=cast.owner, now=NOW + days(4))


def test_precision_is_the_share_of_right_ones_among_the_judged(cast: Cast) -> None:
    leads = [a_worked_lead(cast.owner, grade="C") for _ in range(5)]
    sweep(now=THEN)
    alerts = [Alert.objects.select_related("lead").get(lead=lead, rule="silent") for lead in leads]
    for alert, outcome in zip(alerts, ("right", "right", "wrong"), strict=False):
        judge(alert=alert, outcome=outcome, actor=cast.owner, now=THEN)

    found = precision(Rule.SILENT, now=THEN)

    assert (found.n, found.right, found.all, found.open) == (3, 2, 5, 4)
    assert found.share == pytest.approx(2 / 3)
    assert found.interval == wilson(2, 3)
    assert precision(Rule.QUOTATIONS).share is None
    nobody = Lead.objects.none()
    assert all(one.all == 0 for one in precisions(nobody))


def test_words_say_since_when_and_name_nobody(cast: Cast, silent: Alert) -> None:
    assert str(in_words(silent, THEN)) == "No reply for 15 days"
    lead = at_stage(a_worked_lead(cast.owner), "negotiation", now=NOW)
    sweep(now=NOW + hours(2))
    alert = Alert.objects.get(lead=lead, rule="decision_maker")
    assert str(in_words(alert, THEN)) == "Negotiation begun, and no decision maker was met"


def test_the_list_shows_each_rule_and_what_can_be_done(
    cast: Cast, silent: Alert, client_for: ClientFor
) -> None:
    answer = client_for(cast.owner).get("/warnings/?rule=silent")

    page = answer.content.decode()
    assert silent.lead.customer.name in page
    assert f"/warnings/{silent.pk}/act/" in page
    assert answer.context["total"] == 1
    assert client_for(cast.exec).get("/warnings/").status_code == 404


def test_one_click_in_place_answers_the_row_and_tells_the_page(
    cast: Cast, silent: Alert, client_for: ClientFor
) -> None:
    browser = client_for(cast.owner)

    answer = browser.post(f"/warnings/{silent.pk}/act/", headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "warning-answered" in answer.headers["HX-Trigger"]
    assert f'id="warning-{silent.pk}"' in answer.content.decode()
    assert NextAction.objects.filter(lead=silent.lead).count() == 1


def test_without_script_each_answer_leads_back(cast: Cast, silent: Alert, client_for: ClientFor) -> None:
    browser = client_for(cast.owner)

    assert browser.post(f"/warnings/{silent.pk}/judge/", {"outcome": "right"}).status_code == 302
    assert browser.post(f"/warnings/{silent.pk}/snooze/", {"days": "3"}).status_code == 302
    silent.refresh_from_db()
    assert silent.outcome == "right"
    assert silent.snoozed_until is not None
    assert silent.snoozed_until > THEN + days(2)
    assert browser.post(f"/warnings/{silent.pk}/snooze/", {"days": "400"}).status_code == 400
    refused = browser.post(f"/warnings/{silent.pk}/snooze/", {"until": "2020-01-01"})
    assert refused.status_code == 422


def test_what_one_may_not_see_does_not_exist(cast: Cast, silent: Alert, client_for: ClientFor) -> None:
    stranger = client_for(cast.stranger)

    for verb in ("act", "judge", "snooze"):
        assert stranger.post(f"/warnings/{silent.pk}/{verb}/", {"days": "1"}).status_code == 404


def test_managers_and_operations_see_how_good_the_rules_are(
    cast: Cast, silent: Alert, client_for: ClientFor
) -> None:
    judge(alert=silent, outcome="right", actor=cast.owner, now=THEN)

    lines = {
        line.name.text: line for line in client_for(cast.manager).get("/warnings/precision/").context["lines"]
    }

    assert (lines["No reply"].n, lines["No reply"].share) == (1, 1.0)
    assert lines["Many quotation versions"].missing
    assert str(lines["No reply"].terms) == "after 14 days"
    assert client_for(cast.owner).get("/warnings/precision/").status_code == 404
    other = client_for(cast.other_manager).get("/warnings/precision/").context
    assert other["judged"] == 0, "of another team nothing is counted"


def test_what_is_over_without_an_answer_is_asked_about(
    cast: Cast, silent: Alert, client_for: ClientFor
) -> None:
    Alert.objects.filter(pk=silent.pk).update(ended_at=THEN)

    assert [row.id for row in client_for(cast.owner).get("/warnings/over/").context["rows"]] == [silent.pk]
    judge(alert=silent, outcome="wrong", actor=cast.owner, now=THEN)
    assert not client_for(cast.owner).get("/warnings/over/").context["rows"]


def test_the_lead_page_shows_its_warnings(cast: Cast, silent: Alert, client_for: ClientFor) -> None:
    address = f"/leads/{silent.lead.number}/"

    assert f'id="warning-{silent.pk}"' in client_for(cast.owner).get(address).content.decode()
    assert f'id="warning-{silent.pk}"' not in client_for(cast.exec).get(address).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_number_of_questions_for_any_number_of_rows(
    cast: Cast, client_for: ClientFor, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: THEN)
    for _ in range(number):
        a_worked_lead(cast.owner, grade="C")
    sweep(now=THEN)
    browser = client_for(cast.owner)
    browser.get("/warnings/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get("/warnings/")

    assert len(asked) <= 8, [query["sql"][:90] for query in asked]
