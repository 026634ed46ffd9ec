"""The playbook goes out as a file and comes in again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW
from tests.playbook.conftest import SignedIn
from tests.playbook.things import a_script, facts, next_version

from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.playbook import toml
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.operations.taking_in import take_in
from leadloop.playbook.queries import live

NASTY = 'quote " \\ tab\t\n"""\n\'\'\' \x7f 你好\n[[script]]\nkey = "x"'


def file_of() -> bytes:
    return "".join(toml.written(live())).encode()


def test_what_went_out_comes_in_as_it_was(cast: Cast) -> None:
    a_script(text=NASTY, title='“quoted” "title"', industry="制造业、机械", grades="AB", stages="need")
    a_script(purpose="spin", part="i", language="zh", text="一个问题？")
    before = [(one.script.key, one.title, one.text, one.industry) for one in live()]
    found = toml.read(file_of())
    assert [(key, one.title, one.text, one.industry) for key, one in found] == before
    taken = take_in(scripts=found, actor=cast.ops, now=NOW)
    assert (taken.added, taken.changed, taken.same) == (0, 0, 2)


@given(st.text(min_size=1, max_size=60))
def test_any_text_survives_the_file(text: str) -> None:
    version = ScriptVersion(script=Script(key="k"), purpose="value", title="t", text=text, language="en")
    try:
        content = "".join(toml.written([version])).encode()
    except UnicodeEncodeError:
        return
    found = toml.read(content)[0][1]
    assert found.text == text


def test_what_differs_becomes_a_draft_and_holds_only_when_published(cast: Cast) -> None:
    held = a_script(key="first", text="old")
    other = facts(text="new")
    taken = take_in(scripts=[("first", other), ("", facts(title="Second"))], actor=cast.ops, now=NOW)
    assert (taken.added, taken.changed, taken.same) == (1, 1, 0)
    assert [one.text for one in live()] == ["old"]
    assert held.script.versions.get(published_at=None).text == "new"
    next_version(held, text="newer")
    assert [one.text for one in live()] == ["newer"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"not toml at all",
        b"",
        b"script = 3",
        b'[[script]]\ntitle = "t"',
        b'[[script]]\npurpose = "opening"\ntitle = 3\ntext = "x"\nlanguage = "zh"',
        b'[[script]]\npurpose = "opening"\ntitle = "t"\ntext = "x"\nlanguage = "zh"\ncommand = "rm"',
    ],
)
def test_what_is_no_playbook_is_refused(content: bytes) -> None:
    with pytest.raises(DataError) as refused:
        toml.read(content)
    assert refused.value.field == "file"


def test_one_bad_script_refuses_the_whole_file(cast: Cast) -> None:
    with pytest.raises(DataError) as refused:
        take_in(
            scripts=[("", facts()), ("", facts(text="身份证 11010519491231002X"))], actor=cast.ops, now=NOW
        )
    assert "2" in str(refused.value)
    assert not Script.objects.exists()


def test_through_the_pages(cast: Cast, signed_in: SignedIn) -> None:
    a_script(key="first", text="old <b>bold</b>")
    answer = signed_in(cast.owner).get("/playbook/export.toml")
    content = b"".join(answer.streaming_content)
    assert toml.read(content)[0][1].text == "old <b>bold</b>"
    changed = content.replace(b"old", b"new")
    sent = {"file": SimpleUploadedFile("playbook.toml", changed)}
    answer = signed_in(cast.ops).post("/playbook/import/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/playbook/?purpose=drafts")
    bad = {"file": SimpleUploadedFile("x.toml", b"nonsense")}
    assert signed_in(cast.ops).post("/playbook/import/", bad).status_code == 422
    assert signed_in(cast.owner).get("/playbook/import/").status_code == 403
    with pytest.raises(NotAllowed):
        take_in(scripts=[], actor=cast.owner, now=NOW)
