"""The pages of the playbook: find, read, write, publish, compare."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.playbook.conftest import SignedIn
from tests.playbook.things import a_script, facts, next_version

from leadloop.playbook.models import ScriptVersion
from leadloop.playbook.operations import retire, save_draft

FORM: dict[str, Any] = {
    "title": "Second call",
    "purpose": "question",
    "language": "en",
    "text": "Who signs?",
    "industry": "SaaS, software",
    "grades": ["A"],
    "stages": ["need"],
    "note": "",
    "part": "",
    "seen": "",
}


def listed(signed_in: SignedIn, who: Any, query: str = "") -> str:
    return str(signed_in(who).get(f"/playbook/{query}").content.decode())


def test_everybody_who_sells_reads_and_figures_people_do_not(cast: Cast, signed_in: SignedIn) -> None:
    a_script(key="one")
    seen = {name: signed_in(user).get("/playbook/").status_code for name, user in cast.everybody().items()}
    assert {name for name, status in seen.items() if status == 200} == {
        "owner",
        "teammate",
        "manager",
        "stranger",
        "other_manager",
        "marketing",
        "ops",
    }
    assert {status for status in seen.values() if status != 200} == {404}
    assert signed_in(cast.exec).get("/playbook/one/").status_code == 404
    assert signed_in(cast.exec).get("/playbook/export.toml").status_code == 404


def test_scripts_are_found_by_words_and_by_what_they_are_for(cast: Cast, signed_in: SignedIn) -> None:
    a_script(title="Alpha", text="about price", industry="SaaS", grades="A", stages="need")
    a_script(title="Beta", text="about time", purpose="objection")
    a_script(title="Gamma", language="zh")

    def found(query: str) -> set[str]:
        text = listed(signed_in, cast.owner, query)
        return {name for name in ("Alpha", "Beta", "Gamma") if name in text}

    assert found("") == {"Alpha", "Beta"}
    assert found("?language=all") == {"Alpha", "Beta", "Gamma"}
    assert found("?q=ABOUT+price") == {"Alpha"}
    assert found("?purpose=objection") == {"Beta"}
    assert found("?industry=SaaS") == {"Alpha"}
    assert found("?industry=-") == {"Beta"}
    assert found("?grade=A") == {"Alpha"}
    assert found("?stage=need") == {"Alpha"}
    assert found("?stage=-&grade=-") == {"Beta"}
    assert found("?q=%00nothing") == set()


def test_a_script_is_shown_as_text(cast: Cast, signed_in: SignedIn) -> None:
    bad = "<script>alert(1)</script>\n<img src=x onerror=alert(2)>"
    held = a_script(key="bad", title="<b>bold</b>", text=bad, note="<i>note</i>", industry="<u>x</u>")
    next_version(held, title="<b>other</b>", text="<script>alert(3)</script>", note="<i>why</i>")
    for address in ("/playbook/", "/playbook/bad/", "/playbook/bad/versions/2/"):
        text = signed_in(cast.owner).get(address).content.decode()
        assert "&lt;b&gt;" in text
        for tag in ("<script>alert", "<img src=x", "<b>bold", "<b>other", "<i>note", "<i>why", "<u>x"):
            assert tag not in text, address
    assert "<script>alert" not in signed_in(cast.ops).get("/playbook/bad/edit/").content.decode()


def test_a_script_is_written_published_and_compared(cast: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(cast.manager)
    answer = browser.post("/playbook/new/", {**FORM, "draft": "1"})
    address = answer.headers["Location"]
    assert signed_in(cast.owner).get(address).status_code == 404
    assert "A draft" in browser.get(address).content.decode()
    assert browser.post(f"{address}publish/").status_code == 302
    assert "Who signs?" in signed_in(cast.owner).get(address).content.decode()
    changed = {**FORM, "text": "Who signs?\nWhen?", "grades": ["A", "B"], "note": "asks for the date"}
    assert browser.post(f"{address}edit/", {**changed, "publish": "1"}).status_code == 302
    page = signed_in(cast.owner).get(f"{address}versions/2/")
    assert page.context["before"] == 1
    assert [(line.how, line.text) for line in page.context["lines"]] == [
        ("same", "Who signs?"),
        ("new", "When?"),
    ]
    assert page.context["facts"] == (("Grades", "A", "AB"),)
    assert "asks for the date" in page.content.decode()


def test_what_is_refused_keeps_what_was_typed(cast: Cast, signed_in: SignedIn) -> None:
    typed = {**FORM, "text": "ID 11010519491231002X", "publish": "1"}
    answer = signed_in(cast.ops).post("/playbook/new/", typed)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Such numbers are not kept here" in text
    assert "Second call" in text
    assert not ScriptVersion.objects.exists()
    too_long = signed_in(cast.ops).post("/playbook/new/", {**FORM, "text": "x" * 50_001, "publish": "1"})
    assert too_long.status_code == 422
    spin = signed_in(cast.ops).post("/playbook/new/", {**FORM, "purpose": "spin", "publish": "1"})
    assert "part" in spin.context["form"].errors


@pytest.mark.parametrize("what", ["edit", "publish", "discard", "retire", "revive"])
def test_readers_do_not_write(cast: Cast, signed_in: SignedIn, what: str) -> None:
    a_script(key="one")
    before = list(ScriptVersion.objects.values())
    assert signed_in(cast.owner).post(f"/playbook/one/{what}/", FORM).status_code == 403
    assert signed_in(cast.marketing).get("/playbook/new/").status_code == 403
    assert list(ScriptVersion.objects.values()) == before


def test_drafts_and_retired_scripts_are_listed_for_those_who_write(cast: Cast, signed_in: SignedIn) -> None:
    held = a_script(title="Held")
    save_draft(script=held.script, facts=facts(title="Coming"), actor=cast.ops, now=NOW)
    gone = a_script(title="Gone")
    retire(script=gone.script, actor=None, now=NOW + hours(1))
    assert "Coming" in listed(signed_in, cast.manager, "?purpose=drafts")
    assert "Gone" in listed(signed_in, cast.manager, "?purpose=retired")
    assert "Gone" not in listed(signed_in, cast.manager)
    assert signed_in(cast.owner).get("/playbook/?purpose=drafts").status_code == 404
    text = listed(signed_in, cast.owner)
    assert "Coming" not in text
    assert "Drafts" not in text


def test_a_reader_gets_no_draft_by_its_number(cast: Cast, signed_in: SignedIn) -> None:
    held = a_script(key="one")
    save_draft(script=held.script, facts=facts(text="secret"), actor=cast.ops, now=NOW)
    assert signed_in(cast.owner).get("/playbook/one/versions/2/").status_code == 404
    assert signed_in(cast.ops).get("/playbook/one/versions/2/").status_code == 200
    assert "secret" not in signed_in(cast.owner).get("/playbook/one/").content.decode()
    assert signed_in(cast.owner).get("/playbook/one/versions/1/?with=2").context["before"] is None


def test_the_list_asks_few_questions_however_many_scripts(
    cast: Cast, signed_in: SignedIn, shipped: None, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(cast.owner)
    browser.get("/playbook/")
    with django_assert_max_num_queries(12):
        browser.get("/playbook/")
