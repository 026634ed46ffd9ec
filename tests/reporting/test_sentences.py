"""The answer in one breath: says what the result says, and nothing when there is nothing to say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation
from tests.reporting import made

from leadloop.reporting import sentences
from leadloop.reporting.names import Names

pytestmark = pytest.mark.pure


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def conversion(**overall) -> str:
    result = made.conversion()
    return sentences.plain(
        sentences.of_conversion(replace(result, overall=replace(result.overall, **overall)), Names())
    )


def funnel(**changes) -> str:
    return sentences.plain(sentences.of_funnel(replace(made.funnel(), **changes), Names()))


def test_the_rate_comes_with_its_interval_change_and_expectation():
    assert conversion().startswith(
        "Of 1,000 leads captured in June 2026, 215 are won: 21.5% (19.1–24.2%). "
        "That is 1.7 points more than in May 2026, within noise. "
        "By day 90 after capture 24.1% (21.3–27.0%) are expected, the open ones included. "
    )


def test_what_stands_out_is_named_and_small_rows_are_not():
    text = conversion()
    assert "展会咨询 and 制造业 / 大型企业: above average and rising." in text
    assert "B团队: below average and falling, needs support." in text
    assert "零售业" not in text


@pytest.mark.parametrize(
    ("change", "clear", "said"),
    [
        (0.05, True, "5.0 points more than in May 2026: a clear rise."),
        (-0.05, True, "5.0 points less than in May 2026: a clear fall."),
        (-0.01, False, "1.0 points less than in May 2026, within noise."),
        (0.0, False, "That is as much as in May 2026."),
        (None, None, "In May 2026 there was nothing to compare with."),
    ],
)
def test_a_change_is_called_clear_only_when_it_is(change, clear, said):
    assert said in conversion(change=change, change_clear=clear)


def test_an_expectation_that_adds_nothing_is_left_out():
    result = made.conversion()
    decided = replace(result, expected=replace(result.expected, expected=0.215, interval=(0.19, 0.24)))
    assert "expected" not in sentences.plain(sentences.of_conversion(decided, Names()))


def test_few_leads_are_said_to_be_few():
    assert "Fewer than 20 leads" in conversion(leads=12, deals=3, rate=0.25)


def test_no_leads_say_what_to_do():
    assert conversion(leads=0, deals=0, rate=None) == (
        "No leads in this period: choose a longer one, or take away a filter."
    )


def test_activity_is_worded_as_what_was_decided():
    result = made.conversion()
    decided = replace(result, population=replace(result.population, basis="activity"))
    text = sentences.plain(sentences.of_conversion(decided, Names()))
    assert text.startswith("Of 1,000 leads decided in June 2026, 215 were won")


def test_the_funnel_names_the_weakest_stage_its_reasons_and_whether_it_is_new():
    assert funnel() == (
        "Of 1,000 leads, 250 came through to the end: 25.0%. "
        "Most are lost at Need: 850 entered, 340 were lost (40.0%). "
        "Main reasons there: 销售跟进超时 50% and 需求挖掘不深 30%. "
        "The loss rate there is 3.0 points higher than in May 2026, within noise."
    )


def test_no_stage_is_blamed_on_few_entries():
    assert "none is named as the weakest" in funnel(worst=None)


def test_an_empty_funnel_says_what_to_do():
    assert funnel(rows=()).startswith("No leads in this period")


def test_emphasis_is_of_the_sentence_not_of_the_names_in_it():
    result = made.conversion()
    rows = (replace(result.rows[1], values=("**bold**",)),)
    spans = [
        span for sentence in sentences.of_conversion(replace(result, rows=rows), Names()) for span in sentence
    ]
    assert sentences.Span("**bold**", strong=True) in spans


def test_in_chinese_sentences_need_no_space_between_them():
    with translation.override("zh-hans"):
        text = sentences.plain(sentences.of_funnel(made.funnel(), Names()))
    assert "。 " not in text
