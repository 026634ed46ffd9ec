"""Identity and bank card numbers in any text, and the honest numbers that must pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation import numbers_of_both_kinds as numbers
from tests.foundation.numbers_of_both_kinds import FORBIDDEN, HONEST, Made, rate

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.privacy import (
    Kind,
    check_texts,
    forbidden,
    forbidden_rows,
    masked,
    scrubbed,
)

pytestmark = pytest.mark.pure

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def stated(made: Made) -> float:
    """The rate in the row of the page's tables."""
    line = next(
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {made.name} |")
    )
    return float(line.split("|")[3].strip().rstrip("%")) / 100


@pytest.mark.parametrize("made", FORBIDDEN, ids=lambda made: made.name)
def test_every_such_number_is_found(made: Made) -> None:
    assert rate(made) == stated(made) == 1


@pytest.mark.parametrize("made", HONEST, ids=lambda made: made.name)
def test_honest_numbers_pass(made: Made) -> None:
    """The last ones are any digits of a card's length: the worst case, as nobody numbers orders by chance."""
    found = rate(made)
    assert found <= made.most
    assert found == pytest.approx(stated(made), abs=0.0001)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (numbers.identity_18, Kind.IDENTITY_CARD),
        (numbers.identity_15, Kind.IDENTITY_CARD),
        (numbers.bank_card, Kind.BANK_CARD),
    ],
)
def test_the_kind_is_told(make: Callable[[random.Random], str], kind: Kind) -> None:
    """Some numbers are both: then either is right."""
    chance = random.Random(20260615)
    told = [forbidden(make(chance)) for _ in range(1_000)]
    assert told.count(kind) > 950


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # the check character is 002X's
        "110105194913310020",
        "990105194912310020",
        "6222021234567890123 4",
        "6222 0212 3456 7890 1234 5678",
        "版本 1.2.3.4.5.6.7.8.9.10.11.12",
        "4111-1111-1111",
        "0000000000000000",
        "",
    ],
)
def test_what_only_looks_like_one_passes(text: str) -> None:
    assert forbidden(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1101 0519 4912 3100 2X",
        "110105-19491231-002X",
        "身份证号:11010519491231002X",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "11010519491231\u200b002X",
        "13800138000 11010519491231002X",
        "110105491231002",
        "⑪⓪①⓪⑤①⑨④⑨⑫③①⓪⓪②X",
    ],
)
def test_writings_of_an_identity_card(text: str) -> None:
    assert forbidden(text) is Kind.IDENTITY_CARD


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111", "卡号6222021234567890128", "6222 0212 3456 7890 128", "3782-822463-10005"]
)
def test_writings_of_a_bank_card(text: str) -> None:
    assert forbidden(text) is Kind.BANK_CARD


def test_the_message_names_the_field_and_not_the_number() -> None:
    with pytest.raises(DataError) as caught:
        check_texts({"customer": "华信", "first_need": "证件 11010519491231002X"})
    assert caught.value.field == "first_need"
    assert str(caught.value).startswith("First need contains an identity card number.")
    assert "1949" not in str(caught.value)


def test_a_message_is_scrubbed() -> None:
    text = str(scrubbed(msg("“%(cell)s” is not a date.", cell="4111111111111111")))
    assert text == "“***” is not a date."
    assert masked("abc") == "abc"


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(alphabet="0123456789- X４１a.", max_size=40)), max_size=20))
def test_a_column_is_judged_as_its_cells(cells: list[str | None]) -> None:
    alone = {row: kind for row, cell in enumerate(cells) if cell and (kind := forbidden(cell))}
    assert forbidden_rows(pa.array(cells, pa.string())) == alone


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    assert forbidden(text) in {None, *Kind}
