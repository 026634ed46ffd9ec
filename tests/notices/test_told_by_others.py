"""What the other packages tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.assignment.models import ConflictCase
from leadloop.assignment.operations import claim, decide, hand_over
from leadloop.capture.models import ShareRequest
from leadloop.capture.operations.sharing import answer_request, ask_to_share
from leadloop.foundation.messages import from_data
from leadloop.grading.operations.telling import tell_reviewers
from leadloop.leads.operations import assign_lead
from leadloop.notices.models import Notice
from leadloop.people.models import User

pytestmark = pytest.mark.django_db


def heard(user: User) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(user=user).order_by("id")
    return [(row.kind, row.subject, str(from_data(row.message))) for row in rows]


def test_a_lead_that_somebody_gives_you(cast: Cast) -> None:
    lead = a_lead(customer="甲公司", team=cast.north)
    assign_lead(lead=lead, owner=cast.owner, actor=cast.manager, now=NOW)
    assert heard(cast.owner) == [("lead_given", "甲公司", "Manager has given you this lead.")]
    assert Notice.objects.get().link == f"/leads/{lead.number}/"


def test_a_lead_that_somebody_registers_for_you(cast: Cast) -> None:
    a_lead(customer="甲公司", owner=cast.owner, actor=cast.manager)
    assert heard(cast.owner) == [("lead_given", "甲公司", "Manager has given you this lead.")]


def test_what_you_take_or_bring_yourself_is_no_news(cast: Cast) -> None:
    claim(lead=a_lead(), actor=cast.owner, now=NOW)
    a_lead(owner=cast.owner, actor=cast.owner)
    assert heard(cast.owner) == []


def test_four_hundred_leads_are_one_notice(cast: Cast) -> None:
    for _ in range(5):
        a_lead(owner=cast.owner, team=cast.key_accounts)
    hand_over(person=cast.owner, to=[cast.teammate], actor=cast.manager, now=NOW + hours(1))
    assert heard(cast.teammate) == [("lead_given", "", "Manager has given you 5 leads.")]


def test_two_want_a_customer(cast: Cast) -> None:
    a_lead(customer="甲公司", owner=cast.owner, team=cast.key_accounts)
    a_lead(customer="甲公司", owner=cast.stranger, team=cast.south, actor=cast.stranger)
    case = ConflictCase.objects.get()
    words = "Stranger brings a lead of a customer that Owner works with."
    assert heard(cast.manager) == [("conflict_open", "甲公司", words)]
    assert heard(cast.other_manager) == [("conflict_open", "甲公司", words)]
    decide(case=case, winner=cast.owner, actor=cast.manager, now=NOW, reason="was first")
    decided = "Manager has decided: Owner answers for the customer."
    assert heard(cast.owner) == [("conflict_decided", "甲公司", decided)]
    assert heard(cast.stranger) == [("conflict_decided", "甲公司", decided)]
    assert Notice.objects.get(user=cast.stranger).link == ""


@pytest.mark.parametrize("share", [True, False])
def test_to_ask_and_to_answer(cast: Cast, share: bool) -> None:
    lead = a_lead(customer="甲公司", owner=cast.owner, team=cast.key_accounts)
    for _ in range(2):
        ask_to_share(lead=lead, actor=cast.stranger, now=NOW)
    assert heard(cast.owner) == [("share_asked", "甲公司", "Stranger asks you to share this record.")]
    answer_request(request=ShareRequest.objects.get(), share=share, actor=cast.owner, now=NOW)
    ((kind, subject, _words),) = heard(cast.stranger)
    assert (kind, subject) == ("share_answered", "甲公司" if share else "")


def test_a_lead_of_nobody_is_asked_of_the_teams_manager(cast: Cast) -> None:
    lead = a_lead(customer="甲公司", team=cast.key_accounts)
    ask_to_share(lead=lead, actor=cast.stranger, now=NOW)
    assert [kind for kind, *_ in heard(cast.manager)] == ["share_asked"]


def test_reviewers_hear_once_a_day_and_only_of_something_new(cast: Cast) -> None:
    a_lead(owner=cast.owner, team=cast.key_accounts, grade="A")
    assert tell_reviewers(now=NOW + hours(1)) > 0
    tell_reviewers(now=NOW + hours(2))
    assert [kind for kind, *_ in heard(cast.manager) if kind == "grades_waiting"] == ["grades_waiting"]
    assert "grades_waiting" not in [kind for kind, *_ in heard(cast.other_manager)]
    assert tell_reviewers(now=NOW + timedelta(days=3)) == 0
