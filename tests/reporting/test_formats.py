"""Figures in words: both languages, dashes for the unknown, no sign before a zero."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from leadloop.foundation.period import Period
from leadloop.reporting import formats

pytestmark = pytest.mark.pure


@pytest.fixture(params=["en", "zh-hans"])
def code(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.215, "21.5%"),
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.0003, "<0.1%"),
        (0.0005, "0.1%"),
        (0.1245, "12.5%"),
        (None, "—"),
    ],
)
def test_percent(value, text):
    assert formats.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.012, "+1.2"), (-0.02, "−2.0"), (0.0004, "0.0"), (-0.0004, "0.0"), (0.15, "+15.0")]
)
def test_signed(value, text):
    assert formats.signed(value) == text


def test_intervals():
    assert formats.interval((0.191, 0.2424)) == "19.1–24.2%"
    assert formats.interval(None) == "—"


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("2026-06", "June 2026", "2026 年 6 月"),
        ("2026-Q2", "Q2 2026", "2026 年二季度"),
        ("2026-H2", "H2 2026", "2026 年下半年"),
        ("2026", "2026", "2026 年"),
    ],
)
def test_periods(text, english, chinese, code):
    assert formats.period(Period.parse(text)) == (english if code == "en" else chinese)


def test_days_of_ones_own_name_the_last_day_that_is_inside():
    with translation.override("en"):
        assert formats.period(Period(date(2026, 4, 1), date(2026, 7, 1))) == "1 April 2026 to 30 June 2026"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [(180_000, "180 k", "18 万"), (123_456_789, "123.5 M", "1.2 亿"), (950, "950", "950"), (None, "—", "—")],
)
def test_amounts(value, english, chinese, code):
    assert formats.amount(value) == (english if code == "en" else chinese)


def test_lists_of_words():
    with translation.override("en"):
        assert [formats.joined(list(text)) for text in ("", "a", "ab", "abc")] == [
            "",
            "a",
            "a and b",
            "a, b and c",
        ]
