"""The lead's part about its grade, the review list, the grade list, and who disagrees with whom."""

from __future__ import annotations

import re

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.grading.conftest import SignedIn
from tests.grading.things import qualified, standing

from leadloop.grading.models import Qualification
from leadloop.grading.operations import Answers, correct
from leadloop.leads.models import Lead

HTMX = {"HX-Request": "true", "HX-Target": "section#grade"}


def test_the_questions_are_answered_in_place(cast: Cast, signed_in: SignedIn) -> None:
    lead = a_lead(number="LX-2", owner=cast.owner, team=cast.key_accounts)
    browser = signed_in(cast.owner)
    page = browser.get("/leads/LX-2/").content.decode()
    assert "Not known: budget; need; authority; time of purchase" in page
    answers = {
        "budget": "named",
        "budget_range": "15-20万",
        "need": "matches",
        "authority": "has_say",
        "purchase": "quarter",
        "intent": "4",
    }
    part = browser.post("/grading/leads/LX-2/", answers, headers=HTMX)
    assert part.status_code == 200
    text = part.content.decode()
    assert text.lstrip().startswith("<section")
    assert "Rule 1: budget: named; need: matches; authority: has a say" in text
    assert "hot" in text
    assert standing(lead) == ("A", "rule")
    known = Qualification.objects.get(pk=lead.pk)
    assert (known.budget_low, known.budget_high, known.intent) == (150_000, 200_000, 4)
    assert known.changed_by == cast.owner


def test_without_scripts_the_lead_page_comes_back(cast: Cast, an_a: Lead, signed_in: SignedIn) -> None:
    answer = signed_in(cast.owner).post("/grading/leads/LX-1/", {"need": "no"}, follow=True)
    assert answer.redirect_chain == [("/leads/LX-1/", 302)]
    assert standing(an_a) == ("C", "rule")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"budget_range": "much"}, "“much” is not an amount"),
        ({"budget": "none", "budget_range": "15万"}, "Either there is no budget"),
        ({"purchase": "tomorrow"}, "Select a valid choice"),
        ({"budget": "rich"}, "Select a valid choice"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_what_was_typed_stays(
    cast: Cast, an_a: Lead, signed_in: SignedIn, answers: dict[str, str], words: str
) -> None:
    answer = signed_in(cast.owner).post("/grading/leads/LX-1/", {"need": "no", **answers}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert re.search(r'name="need" value="no"[^>]*checked', text)
    assert standing(an_a) == ("A", "rule")


def test_saving_again_does_not_move_the_day_of_the_purchase(
    cast: Cast, an_a: Lead, signed_in: SignedIn
) -> None:
    before = Qualification.objects.get(pk=an_a.pk).purchase_by
    assert before is not None
    Qualification.objects.filter(pk=an_a.pk).update(purchase_by=before.replace(year=2098))
    far = before.replace(year=2098).isoformat()
    answers = {"need": "partly", "purchase": far}
    assert signed_in(cast.owner).post("/grading/leads/LX-1/", answers, headers=HTMX).status_code == 200
    assert Qualification.objects.get(pk=an_a.pk).purchase_by == before.replace(year=2098)


def test_readers_see_why_and_may_not_answer(cast: Cast, an_a: Lead, signed_in: SignedIn) -> None:
    browser = signed_in(cast.exec)
    text = browser.get("/leads/LX-1/").content.decode()
    assert "Rule 1" in text
    assert 'name="need"' not in text
    assert browser.post("/grading/leads/LX-1/", {"need": "no"}, headers=HTMX).status_code == 422
    assert standing(an_a) == ("A", "rule")
    assert signed_in(cast.stranger).get("/grading/leads/LX-1/").status_code == 404


def test_words_of_a_correction_are_for_those_who_see_the_contact(
    cast: Cast, an_a: Lead, signed_in: SignedIn
) -> None:
    correct(lead=an_a, grade="C", reason="王总说预算冻结", actor=cast.manager, now=NOW + hours(2))
    assert "王总说预算冻结" in signed_in(cast.owner).get("/leads/LX-1/").content.decode()
    seen = signed_in(cast.exec).get("/leads/LX-1/").content.decode()
    assert "王总说预算冻结" not in seen
    assert "Given by hand" in seen


def test_a_manager_accepts_and_corrects_from_the_list(cast: Cast, an_a: Lead, signed_in: SignedIn) -> None:
    browser = signed_in(cast.manager)
    assert "LX-1" in browser.get("/grading/review/").content.decode()
    row = browser.post(
        "/grading/leads/LX-1/accept/", {"seen": "A"}, headers={"HX-Request": "true", "HX-Target": "tr"}
    )
    assert row.content.decode().lstrip().startswith("<tr")
    assert "accepted" in row.content.decode()
    assert "LX-1" not in browser.get("/grading/review/").content.decode()
    refused = browser.post("/grading/leads/LX-1/correct/", {"grade": "B", "reason": " ", "seen": "A"})
    assert refused.status_code == 422
    assert "Say why the grade should be another." in refused.content.decode()
    browser.post("/grading/leads/LX-1/correct/", {"grade": "B", "reason": "too small", "seen": "A"})
    assert standing(an_a) == ("B", "manager")
    late = browser.post("/grading/leads/LX-1/correct/", {"grade": "C", "reason": "late", "seen": "A"})
    assert "is B by now" in late.content.decode()


def test_who_has_which_pages(cast: Cast, an_a: Lead, signed_in: SignedIn) -> None:
    rep = signed_in(cast.owner)
    assert rep.get("/grading/").headers["Location"] == "/grading/list/"
    assert rep.get("/grading/review/").status_code == 403
    assert rep.get("/grading/rules/").status_code == 403
    assert rep.post("/grading/leads/LX-1/accept/", {"seen": "A"}).status_code == 403
    assert signed_in(cast.manager).get("/grading/").headers["Location"] == "/grading/review/"
    assert "LX-1" not in signed_in(cast.stranger).get("/grading/list/").content.decode()


def test_every_number_of_the_disagreement_opens_its_leads(cast: Cast, signed_in: SignedIn) -> None:
    for grade in ("A", "B", "B", "C"):
        lead = qualified(a_lead(owner=cast.owner, team=cast.key_accounts))
        correct(lead=lead, grade=grade, reason="x", actor=cast.manager, now=NOW + hours(2))
    other = qualified(a_lead(owner=cast.stranger, team=cast.south))
    correct(lead=other, grade="C", reason="x", actor=cast.ops, now=NOW + hours(2))
    browser = signed_in(cast.manager)
    page = browser.get("/grading/disagreement/").content.decode()
    figures = re.findall(r'<a href="(/grading/list/\?rule=[^"]+)">(\d+)</a>', page)
    assert sorted(count for _, count in figures) == ["1", "1", "2"]
    for address, count in figures:
        opened = browser.get(address.replace("&amp;", "&")).content.decode()
        assert f'<span class="num">{count}</span> leads' in opened
        assert opened.count("<tr id=") == int(count)


def test_the_grade_list_says_why_and_filters(cast: Cast, an_a: Lead, signed_in: SignedIn) -> None:
    qualified(a_lead(number="LX-3", owner=cast.owner, team=cast.key_accounts), Answers(need="no"))
    a_lead(number="LX-4", owner=cast.owner, team=cast.key_accounts)
    browser = signed_in(cast.owner)
    expected = {
        "": {"LX-1", "LX-3", "LX-4"},
        "?focus=1": {"LX-1"},
        "?grade=C": {"LX-3"},
        "?grade=-": {"LX-4"},
        "?temperature=hot": {"LX-1"},
        "?grade=Z&page=x": {"LX-1", "LX-3", "LX-4"},
    }
    for query, numbers in expected.items():
        text = browser.get(f"/grading/list/{query}").content.decode()
        assert {number for number in ("LX-1", "LX-3", "LX-4") if f"{number} ·" in text} == numbers, query
    assert "Rule 2: need: does not match" in browser.get("/grading/list/?grade=C").content.decode()
