"""A lead gets its grade from what is known about it, with a reason, in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.grading.models import Grading
from leadloop.grading.operations import Answers, qualify
from leadloop.grading.queries import grade_of
from leadloop.journal.models import Event
from leadloop.leads.models import Lead

READY = Answers(budget="named", need="matches", authority="decides", purchase_by=date(2026, 8, 1), intent=4)


def qualified(lead: Lead, answers: Answers = READY, *, at: float = 1, **more: Any) -> Lead:
    qualify(lead=lead, answers=answers, actor=None, now=NOW + hours(at), **more)
    return lead


def test_a_lead_of_which_nothing_is_known_has_no_grade_and_says_what_is_missing(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, phone="")
    view = grade_of(lead, now=NOW)
    assert (lead.grade, view.points, view.temperature) == ("", None, "")
    assert [str(fact) for fact in view.missing] == ["budget", "need", "authority", "time until the purchase"]
    assert not Grading.objects.exists()


def test_what_was_found_out_makes_the_grade_at_once(cast: Cast) -> None:
    lead = qualified(a_lead(owner=cast.owner))
    lead.refresh_from_db()
    stored = Grading.objects.get(pk=lead.pk)
    assert (lead.grade, stored.rule, stored.temperature, stored.bant) == ("A", 1, "hot", 12)
    assert stored.points == 12 * 6 + 8
    view = grade_of(lead, now=NOW + hours(1))
    assert str(view.reason).startswith("Rule 1: budget: named; need: matches; authority: decides")
    assert sum(one.points for one in view.contributions) == view.points == stored.points
    assert view.version == 1
    graded = Event.objects.filter(lead_id=lead.pk, kind="edited").order_by("pk")
    assert [row.data for row in graded][1]["grade"] == "A"
