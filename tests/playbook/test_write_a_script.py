"""Managers and sales operations write and publish; a published version is never changed."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.playbook.things import a_script, facts, next_version

from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.people.models import User
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.operations import discard_draft, publish, retire, revive, save_draft
from leadloop.playbook.queries import by_key, for_lead, live, version

IDENTITY_CARD = "11010519491231002X"


def titles() -> list[str]:
    return [one.title for one in live()]


def test_a_draft_is_read_by_nobody_until_it_is_published(cast: Cast) -> None:
    draft = save_draft(script=None, facts=facts(), actor=cast.manager, now=NOW)
    assert titles() == []
    with pytest.raises(NotFound):
        by_key(draft.script.key, cast.owner)
    assert by_key(draft.script.key, cast.ops) == draft.script
    publish(script=draft.script, actor=cast.ops, now=NOW + hours(1))
    assert titles() == ["First call"]
    held = by_key(draft.script.key, cast.owner).live
    assert held is not None
    assert (held.by, held.published_by, held.published_at) == (cast.manager, cast.ops, NOW + hours(1))


def test_the_next_version_leaves_the_one_before_as_it_was(cast: Cast) -> None:
    first = a_script(text="one")
    second = next_version(first, text="two", note="shorter", now=NOW + hours(2))
    first.refresh_from_db()
    assert (first.text, first.number, second.number) == ("one", 1, 2)
    assert [one.text for one in live()] == ["two"]


def test_what_holds_goes_on_holding_while_a_draft_is_written(cast: Cast) -> None:
    held = a_script(text="one")
    save_draft(script=held.script, facts=facts(text="two"), actor=cast.ops, now=NOW + hours(1))
    save_draft(script=held.script, facts=facts(text="three"), actor=cast.manager, now=NOW + hours(2))
    assert [one.text for one in live()] == ["one"]
    assert ScriptVersion.objects.filter(script=held.script, published_at=None).count() == 1
    discard_draft(script=held.script, actor=cast.ops, now=NOW + hours(3))
    with pytest.raises(Conflict):
        publish(script=held.script, actor=cast.ops, now=NOW + hours(4))


def test_a_draft_that_somebody_else_changed_is_not_written_over(cast: Cast) -> None:
    draft = save_draft(script=None, facts=facts(), actor=cast.ops, now=NOW)
    save_draft(
        script=draft.script, facts=facts(text="theirs"), actor=cast.manager, now=NOW + hours(1), seen=NOW
    )
    with pytest.raises(Conflict):
        save_draft(
            script=draft.script, facts=facts(text="mine"), actor=cast.ops, now=NOW + hours(2), seen=NOW
        )


def test_a_script_that_was_never_published_goes_with_its_draft(cast: Cast) -> None:
    draft = save_draft(script=None, facts=facts(), actor=cast.ops, now=NOW)
    discard_draft(script=draft.script, actor=cast.ops, now=NOW)
    assert not Script.objects.exists()


def test_a_retired_script_is_no_longer_found_and_can_be_taken_back(cast: Cast) -> None:
    held = a_script()
    retire(script=held.script, actor=cast.ops, now=NOW + hours(1))
    assert titles() == []
    with pytest.raises(NotFound):
        version(held.pk)
    with pytest.raises(NotFound):
        by_key(held.script.key, cast.owner)
    revive(script=held.script, actor=cast.ops, now=NOW + hours(2))
    assert titles() == ["First call"]


@pytest.mark.parametrize("who", ["owner", "marketing", "exec", "admin"])
def test_others_do_not_write(cast: Cast, who: str) -> None:
    held = a_script()
    somebody: User = cast.everybody()[who]
    for write in (
        lambda: save_draft(script=None, facts=facts(), actor=somebody, now=NOW),
        lambda: publish(script=held.script, actor=somebody, now=NOW),
        lambda: retire(script=held.script, actor=somebody, now=NOW),
        lambda: discard_draft(script=held.script, actor=somebody, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            write()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"text": "\x00 \n"}, "text"),
        ({"title": "x" * 121}, "title"),
        ({"text": "x" * 50_001}, "text"),
        ({"purpose": "song"}, "purpose"),
        ({"purpose": "spin"}, "part"),
        ({"language": "fr"}, "language"),
        ({"text": f"call {IDENTITY_CARD}"}, "text"),
        ({"title": IDENTITY_CARD}, "title"),
        ({"industry": IDENTITY_CARD}, "industry"),
        ({"note": f"身份证 {IDENTITY_CARD}"}, "note"),
    ],
)
def test_what_cannot_be_a_script_is_refused_with_its_field(
    cast: Cast, given: dict[str, str], field: str
) -> None:
    with pytest.raises(DataError) as refused:
        save_draft(script=None, facts=facts(**given), actor=cast.ops, now=NOW)
    assert refused.value.field == field
    assert IDENTITY_CARD not in str(refused.value)
    assert not ScriptVersion.objects.exists()


def test_fifty_thousand_characters_are_kept_to_the_last(cast: Cast) -> None:
    text = "话" * 49_999 + "。"
    assert a_script(text=text).text == text


def test_the_part_is_kept_only_with_need_discovery(cast: Cast) -> None:
    assert a_script(part="s").part == ""
    assert a_script(purpose="spin", part="s").part == "s"


def test_titles_in_chinese_have_addresses_too(cast: Cast) -> None:
    keys = {a_script(title="首次电话").script.key for _ in range(3)}
    assert len(keys) == 3
    assert a_script(title="New").script.key != "new"


def test_a_change_is_seen_by_the_next_question(cast: Cast) -> None:
    asked = {"industry": "", "grade": "", "stage_key": "", "language": "en"}
    assert for_lead(**asked) == ()
    held = a_script()
    assert [fit.version for fit in for_lead(**asked)] == [held]
    retire(script=held.script, actor=None, now=NOW)
    assert for_lead(**asked) == ()
