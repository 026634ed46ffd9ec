"""What the customer said is written down by parts; nothing that was said before is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours
from tests.playbook.things import a_script

from leadloop.discovery.models import Answer, AnswerVersion, Discovery
from leadloop.discovery.operations import (
    AnswerRow,
    answer,
    answer_all,
    remove,
    restore,
    revise,
    write_answers,
)
from leadloop.discovery.queries import answers_of, standing, standings
from leadloop.discovery.rules import Policy, standing_of
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import invalidate_lead
from leadloop.playbook.models import Part
from leadloop.process.operations import publish_policies

S, P, IMPLICATION, N = Part


def edits(lead: Lead) -> list[list[str]]:
    rows = Event.objects.filter(lead_id=lead.pk, kind="edited").order_by("pk")
    return [event.data["fields"] for event in rows]


def test_a_part_is_done_with_its_first_answer(cast: Cast, lead: Lead) -> None:
    assert standing(lead).missing == (S, P, IMPLICATION, N)
    answer(lead=lead, part="p", text=" Stops twice a month ", actor=cast.owner, now=NOW + hours(1))
    answer(lead=lead, part="p", text="Spares take days", actor=cast.manager, now=NOW + hours(2))
    found = standing(lead)
    assert (found.done, found.missing, found.share) == ((P,), (S, IMPLICATION, N), 0.25)
    assert [(one.text, one.by) for one in answers_of(lead)] == [
        ("Stops twice a month", cast.owner),
        ("Spares take days", cast.manager),
    ]
    assert edits(lead) == [["discovery"], ["discovery"]]


def test_the_answers_of_one_talk_are_one_line_in_the_journal(cast: Cast, lead: Lead) -> None:
    made = answer_all(
        lead=lead,
        answers={"s": "two lines", "p": "  ", "i": "a lost order", "n": "more orders"},
        actor=cast.owner,
        now=NOW + hours(1),
        follow_up=7,
    )
    assert [(one.part, one.follow_up) for one in made] == [("s", 7), ("i", 7), ("n", 7)]
    assert standing(lead).missing == (P,)
    assert edits(lead) == [["discovery"]]
    assert answer_all(lead=lead, answers={"s": " "}, actor=cast.owner, now=NOW + hours(2)) == ()
    assert len(edits(lead)) == 1


def test_one_refused_answer_keeps_back_the_others_and_names_its_part(cast: Cast, lead: Lead) -> None:
    with pytest.raises(DataError) as refused:
        answer_all(
            lead=lead,
            answers={"s": "two lines", "i": "card 6222021001116245702"},
            actor=cast.owner,
            now=NOW + hours(1),
        )
    assert refused.value.field == "i"
    assert not Answer.objects.exists()
    assert not Discovery.objects.exists()
    assert edits(lead) == []


def test_a_correction_keeps_what_was_said_before(cast: Cast, lead: Lead) -> None:
    first = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    second = revise(answer=first, text="twelve people", actor=cast.manager, now=NOW + hours(2), seen=1)
    third = revise(answer=second, text="twenty people", actor=cast.owner, now=NOW + hours(3), seen=2)
    assert (third.text, third.version, third.by, third.at) == (
        "twenty people",
        3,
        cast.owner,
        NOW + hours(1),
    )
    assert [(old.number, old.text, old.by, old.at) for old in third.earlier.all()] == [
        (2, "twelve people", cast.manager, NOW + hours(2)),
        (1, "ten people", cast.owner, NOW + hours(1)),
    ]
    assert standing(lead).done == (S,)


def test_the_same_text_again_is_no_change(cast: Cast, lead: Lead) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    revise(answer=made, text="ten people ", actor=cast.owner, now=NOW + hours(2))
    assert not AnswerVersion.objects.exists()
    assert len(edits(lead)) == 1


def test_somebody_elses_correction_is_not_written_over(cast: Cast, lead: Lead) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    revise(answer=made, text="eleven", actor=cast.manager, now=NOW + hours(2), seen=1)
    with pytest.raises(Conflict):
        revise(answer=made, text="nine", actor=cast.owner, now=NOW + hours(3), seen=1)
    remove(answer=made, actor=cast.owner, now=NOW + hours(4))
    with pytest.raises(Conflict):
        revise(answer=made, text="eight", actor=cast.owner, now=NOW + hours(5))
    assert Answer.objects.get().text == "eleven"


def test_what_is_taken_away_no_longer_counts_and_comes_back(cast: Cast, lead: Lead) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    remove(answer=made, actor=cast.owner, now=NOW + hours(2))
    assert standing(lead).done == ()
    assert list(answers_of(lead)) == []
    assert [one.removed_by for one in answers_of(lead, removed=True)] == [cast.owner]
    remove(answer=made, actor=cast.manager, now=NOW + hours(3))
    assert answers_of(lead, removed=True).get().removed_by == cast.owner
    restore(answer=made, actor=cast.owner, now=NOW + hours(4))
    assert standing(lead).done == (S,)
    assert len(edits(lead)) == 3


def test_who_may_not_work_on_the_lead_does_not_answer(cast: Cast, lead: Lead) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    for somebody, error in ((cast.stranger, NotFound), (cast.exec, NotAllowed), (cast.teammate, NotFound)):
        with pytest.raises(error):
            answer(lead=lead, part="p", text="a problem", actor=somebody, now=NOW + hours(2))
        with pytest.raises(error):
            revise(answer=made, text="other", actor=somebody, now=NOW + hours(2))
        with pytest.raises(error):
            remove(answer=made, actor=somebody, now=NOW + hours(2))


def test_a_lost_lead_can_still_be_explained(cast: Cast) -> None:
    lost = a_lost_lead(owner=cast.owner, team=cast.key_accounts)
    answer(lead=lost, part="n", text="nothing to gain", actor=cast.owner, now=NOW + hours(2))
    assert standing(lost).done == (N,)


def test_an_invalid_lead_too(cast: Cast, lead: Lead) -> None:
    invalidate_lead(lead=lead, reason="test", note="", actor=cast.owner, now=NOW + hours(1))
    answer(lead=lead, part="s", text="nobody there", actor=cast.owner, now=NOW + hours(2))


@pytest.mark.parametrize(
    ("part", "text", "field"),
    [
        ("x", "text", "part"),
        ("", "text", "part"),
        ("s", "", "text"),
        ("s", " - ", "text"),
        ("s", "\x00\x00", "text"),
        ("s", "x" * 50_001, "text"),
        ("s", "身份证号 11010519491231002X", "text"),
        ("s", "卡号 6222 0210 0111 6245 702", "text"),
    ],
)
def test_what_is_no_answer_is_refused(cast: Cast, lead: Lead, part: str, text: str, field: str) -> None:
    with pytest.raises(DataError) as refused:
        answer(lead=lead, part=part, text=text, actor=cast.owner, now=NOW + hours(1))
    assert refused.value.field == field
    assert "11010519491231002X" not in str(refused.value)
    made = answer(lead=lead, part="s", text="right", actor=cast.owner, now=NOW + hours(1))
    if field == "text":
        with pytest.raises(DataError):
            revise(answer=made, text=text, actor=cast.owner, now=NOW + hours(2))


def test_fifty_thousand_characters_are_kept(cast: Cast, lead: Lead) -> None:
    text = "痛" * 50_000
    assert answer(lead=lead, part="s", text=text, actor=cast.owner, now=NOW + hours(1)).text == text


def test_the_questions_stay_beside_the_answer(cast: Cast, lead: Lead) -> None:
    prompt = a_script(purpose="spin", part="s")
    made = answer(lead=lead, part="s", text="ten people", prompt=prompt, actor=cast.owner, now=NOW + hours(1))
    assert made.prompt == prompt


def test_a_process_says_which_parts_it_asks_for(cast: Cast, lead: Lead) -> None:
    publish_policies(process=lead.process, changes={"discovery": {"parts": ["s", "n"]}}, actor=None, now=NOW)
    answer_all(lead=lead, answers={"s": "ten", "i": "much"}, actor=cast.owner, now=NOW + hours(1))
    found = standing(lead)
    assert (found.done, found.missing, found.share) == ((S, IMPLICATION), (N,), 0.5)
    answer(lead=lead, part="n", text="more", actor=cast.owner, now=NOW + hours(2))
    assert standing(lead).complete
    assert Discovery.objects.get().complete


def test_many_at_once_stand_as_one_by_one(cast: Cast, lead: Lead) -> None:
    others = [a_lead(owner=cast.owner, team=cast.key_accounts) for _ in range(3)]
    write_answers(
        rows=[
            AnswerRow(lead.pk, "s", "ten people", NOW + hours(1), cast.owner.pk),
            AnswerRow(lead.pk, "p", "too slow", NOW + hours(1), cast.owner.pk),
            *(AnswerRow(others[0].pk, part.value, "said", NOW + hours(2)) for part in Part),
        ]
    )
    found = standings([lead.pk, *(other.pk for other in others)])
    assert [len(found[one.pk].done) for one in (lead, *others)] == [2, 4, 0, 0]
    assert found[others[0].pk].complete
    with pytest.raises(DataError):
        write_answers(rows=[AnswerRow(lead.pk, "n", "身份证 11010519491231002X", NOW)])


LETTERS = st.sampled_from([part.value for part in Part])


@given(st.sets(LETTERS), st.sets(LETTERS, min_size=1))
def test_done_and_missing_never_meet(done: set[str], asked: set[str]) -> None:
    found = standing_of(done, Policy(parts=tuple(part for part in Part if part in asked)))
    assert set(found.done) == done
    assert set(found.missing) == asked - done
    assert found.complete == (asked <= done)
    assert found.share == pytest.approx(len(asked & done) / len(asked))


@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(LETTERS, st.sampled_from(["answer", "remove", "restore"])), max_size=8))
def test_the_stored_standing_is_always_that_of_the_answers(cast: Cast, steps: list[tuple[str, str]]) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts)
    for place, (part, what) in enumerate(steps, start=1):
        moment = NOW + hours(place)
        if what == "answer":
            answer(lead=lead, part=part, text="said", actor=cast.owner, now=moment)
        elif found := Answer.objects.filter(lead=lead, part=part).first():
            (remove if what == "remove" else restore)(answer=found, actor=cast.owner, now=moment)
    held = Answer.objects.filter(lead=lead, removed_at=None).values_list("part", flat=True)
    assert set(standing(lead).done) == set(held)
    stored = Discovery.objects.filter(pk=lead.pk).first()
    assert (stored.done if stored else 0) == len(set(held))


def test_a_second_click_writes_nothing_twice(cast: Cast, lead: Lead) -> None:
    first = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    again = answer(lead=lead, part="s", text=" ten people ", actor=cast.owner, now=NOW + hours(1))
    assert again == first
    assert answer_all(lead=lead, answers={"s": "ten people"}, actor=cast.owner, now=NOW + hours(2)) == ()
    assert len(edits(lead)) == 1
    remove(answer=first, actor=cast.owner, now=NOW + hours(3))
    answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(4))
    assert standing(lead).done == (S,)
