"""Rules are edited on a page that says what they would do; publishing them does exactly that."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, hours
from tests.grading.conftest import SignedIn
from tests.grading.things import qualified

from leadloop.grading.models import Run
from leadloop.grading.operations import Answers, correct, runs
from leadloop.leads.models import Lead
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version, default_process, policy

HTMX = {"HX-Request": "true", "HX-Target": "form#policy"}


@pytest.fixture(autouse=True)
def _jobs_wait(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test does the work of the worker itself."""
    from leadloop.grading import tasks

    monkeypatch.setattr(tasks, "do_run", lambda run_id: None)


def form_of(html: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    found: dict[str, Any] = {}
    body = html[html.index('id="policy"') :]
    for tag in re.findall(r"<input[^>]*>", body):
        if "csrfmiddlewaretoken" in tag:
            continue
        name, value = attribute(tag, "name"), attribute(tag, "value")
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name, []).append("on" if value is None else value)
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        options = re.findall(r"<option([^>]*)>([^<]*)", inner)
        chosen = next((one for one in options if " selected" in one[0]), options[0])
        value = attribute(chosen[0], "value")
        found[unescape(name)] = [unescape(chosen[1]) if value is None else value]
    return found


def attribute(tag: str, name: str) -> str | None:
    hit = re.search(rf'{name}="([^"]*)"', tag)
    return unescape(hit[1]) if hit else None


def opened(browser: Client) -> dict[str, Any]:
    return form_of(browser.get("/grading/rules/").content.decode())


def grades() -> dict[str, int]:
    found: dict[str, int] = {}
    for grade in Lead.objects.filter(state="open").values_list("grade", flat=True):
        found[grade] = found.get(grade, 0) + 1
    return found


def shown(html: str) -> dict[str, int]:
    figures = html[html.index('class="impact-figures"') :]
    pairs = re.findall(r'<div class="stat"><b class="grade-(\w+)">([\d,]+)</b>', figures)
    return {("" if grade == "none" else grade): int(count.replace(",", "")) for grade, count in pairs}


def some_leads(cast: Cast) -> None:
    place = {"owner": cast.owner, "team": cast.key_accounts}
    for answers in (
        Answers(budget="named", need="matches", authority="decides"),
        Answers(need="matches", intent=5),
        Answers(need="partly", intent=4),
        Answers(need="no", intent=5),
        Answers(budget="none"),
    ):
        qualified(a_lead(**place), answers)
    a_lead(grade="B", **place)
    a_lead(**place)
    kept = qualified(a_lead(**place), Answers(need="matches"))
    correct(lead=kept, grade="C", reason="x", actor=cast.manager, now=NOW + hours(2))


def test_what_is_published_comes_back_unchanged(cast: Cast, signed_in: SignedIn) -> None:
    before = policy(default_process(), "grading")
    browser = signed_in(cast.ops)
    assert browser.post("/grading/rules/", {**opened(browser), "do": "publish"}).status_code == 302
    after = policy(default_process(), "grading")
    assert current_version(default_process()).number == 2
    assert after["rules"] == before["rules"]
    for name in ("hot", "warm", "manager_correction"):
        assert after[name] == before[name]
    assert [line["name"] for line in after["score"]["lines"]] == [
        one["name"] for one in before["score"]["lines"]
    ]
    assert [step["points"] for step in after["points"]["timing"]] == [3, 2, 1]
    tags = policy(default_process(), "tags")["rules"]
    assert [(rule["tag"], rule["remind_owner"]) for rule in tags][:2] == [
        ("高意向", True),
        ("低意向（仅咨询）", False),
    ]


def test_the_page_says_what_publishing_then_does(cast: Cast, signed_in: SignedIn) -> None:
    some_leads(cast)
    browser = signed_in(cast.ops)
    form = opened(browser)
    form |= {"rules/0/match": "any", "do": ""}
    tried = browser.post("/grading/rules/", form, headers=HTMX).content.decode()
    promised = shown(tried)
    assert "2 of 8 open leads would change their grade." in tried
    assert "2 grades were given by people or a file and stay." in tried
    assert grades() == {"B": 4, "C": 3, "": 1}, "trying changes nothing"
    assert browser.post("/grading/rules/", {**form, "do": "publish"}, headers=HTMX).status_code == 204
    (run,) = Run.objects.all()
    runs.work(run_id=run.pk, clock=lambda: NOW + hours(3))
    assert {grade: count for grade, count in promised.items() if count} == grades()
    assert promised["A"] == 2


def test_rows_and_conditions_are_added_moved_and_removed(cast: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(cast.ops)

    def do(what: str, **changes: str) -> dict[str, Any]:
        html = browser.post("/grading/rules/", {**form, **changes, "do": what}, headers=HTMX).content.decode()
        return form_of(html)

    form = opened(browser)
    form = do("add:rules")
    assert form["rules/3/grade"] == ["B"]
    form = do("condition:rules/3")
    form = do("", **{"rules/3/0/field": "industry", "rules/3/1/field": "intent"})
    assert (form["rules/3/0/op"], form["rules/3/1/op"]) == (["is"], ["at_least"])
    form = do("up:rules/3", **{"rules/3/0/value": "学校，培训", "rules/3/1/value": "2"})
    assert form["rules/2/0/value"] == ["学校，培训"]
    form = do("drop:rules/2/1")
    assert "rules/2/1/field" not in form
    form = do("remove:rules/0")
    for nonsense in ("remove:rules/99", "drop:rules/0/77", "up:gone/1", "x", "add:", "remove:rules/-1"):
        assert do(nonsense) == form
    browser.post("/grading/rules/", {**form, "do": "publish"})
    rules = policy(default_process(), "grading")["rules"]
    assert [rule["grade"] for rule in rules] == ["C", "B", "B"]
    assert rules[1] == {"grade": "B", "all": [{"field": "industry", "is": ["学校", "培训"]}]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rules/0/3/value": "soon"}, "Rule 1: a condition cannot be read."),
        ({"hot": "4"}, "Hot must begin above warm"),
        ({"tags/0/tag": " "}, "Tag rule 1: it names no tag."),
        ({"points.need/0/points": "7"}, "Points for “need” go from 0 to 3."),
        ({"seen": "9"}, "Somebody has published other rules meanwhile."),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    cast: Cast, signed_in: SignedIn, changes: dict[str, str], words: str
) -> None:
    browser = signed_in(cast.ops)
    answer = browser.post("/grading/rules/", {**opened(browser), **changes, "do": "publish"}, headers=HTMX)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in unescape(text)
    for name, value in changes.items():
        if name != "seen":
            assert form_of(text)[name] == [value]
    assert current_version(default_process()).number == 1


def test_a_rule_about_a_channel_that_is_gone_is_shown_and_skipped(cast: Cast, signed_in: SignedIn) -> None:
    channel = a_channel("展会")
    grading = dict(policy(default_process(), "grading"))
    fair = {
        "grade": "C",
        "any": [{"field": "channel", "is": [str(channel.pk)]}, {"field": "need", "known": False}],
    }
    lost = {"grade": "C", "any": [{"field": "custom_9", "known": False}]}
    grading["rules"] = [fair, lost, *grading["rules"]]
    publish_policies(process=default_process(), changes={"grading": grading}, actor=None, now=NOW)
    gone = channel.pk
    channel.delete()
    browser = signed_in(cast.ops)
    page = browser.get("/grading/rules/")
    text = unescape(page.content.decode())
    assert page.status_code == 200
    assert f"Broken and skipped: “{gone}” of “channel” no longer exists." in text
    assert "Broken and skipped: the field “custom_9” no longer exists." in text
    assert "custom_9 (no longer exists)" in text


def test_managers_see_the_rules_and_do_not_change_them(cast: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(cast.manager)
    text = browser.get("/grading/rules/").content.decode()
    assert "Sales operations change the rules." in text
    answer = browser.post("/grading/rules/", {**opened(browser), "do": "publish"}, headers=HTMX)
    assert "Only sales operations change processes" in answer.content.decode()
    assert current_version(default_process()).number == 1


def test_what_others_may_not_see_is_not_counted(cast: Cast, signed_in: SignedIn) -> None:
    some_leads(cast)
    a_lead(owner=cast.stranger, team=cast.south, grade="A")
    assert shown(signed_in(cast.manager).get("/grading/rules/").content.decode())["A"] == 0
    assert shown(signed_in(cast.ops).get("/grading/rules/").content.decode())["A"] == 1


def test_how_far_the_leads_are(cast: Cast, signed_in: SignedIn) -> None:
    some_leads(cast)
    (run,) = runs.start_night(now=NOW)
    browser = signed_in(cast.ops)
    assert "0 of 8" in browser.get("/grading/rules/progress/").content.decode()
    runs.work(run_id=run.pk, clock=lambda: NOW + hours(1))
    assert "8 open leads, 0 with another grade" in browser.get("/grading/rules/").content.decode()
