"""Identity and bank card numbers in any text, and the honest numbers that must pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from leadloop.foundation.text import credit_code_key

pytestmark = pytest.mark.pure

REGIONS = ("110105", "310104", "440306", "330106", "510107", "650102", "320583", "420106", "130102", "820000")
WEIGHTS = [pow(2, place, 11) for place in range(17, 0, -1)]
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_18(chance: random.Random) -> str:
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(30_000))
    body = chance.choice(REGIONS) + f"{born:%Y%m%d}" + f"{chance.randrange(1000):03d}"
    check = next(
        c
        for value, c in enumerate("0123456789X")
        if (sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) + value) % 11 == 1
    )
    return body + check


def identity_15(chance: random.Random) -> str:
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(25_000))
    return chance.choice(REGIONS[:9]) + f"{born:%y%m%d}" + f"{chance.randrange(1000):03d}"


def with_luhn(body: str) -> str:
    for last in "0123456789":
        total, double = 0, False
        for digit in reversed(body + last):
            value = int(digit) * (2 if double else 1)
            total += value - 9 if value > 9 else value
            double = not double
        if total % 10 == 0:
            return body + last
    raise AssertionError


CARDS = (
    ("622202", 19), ("621700", 19), ("622848", 19), ("625965", 16), ("621226", 19), ("623058", 18),
    ("955880", 19), ("4563", 16), ("5187", 16), ("2221", 16), ("356833", 16), ("3742", 15), ("6217", 17),
)  # fmt: skip


def bank_card(chance: random.Random) -> str:
    prefix, length = chance.choice(CARDS)
    return with_luhn(prefix + "".join(chance.choices("0123456789", k=length - len(prefix) - 1)))


def as_it_is(number: str, _chance: random.Random) -> str:
    return number


def in_fours(number: str, chance: random.Random) -> str:
    return chance.choice(" -").join(number[at : at + 4] for at in range(0, len(number), 4))


def full_width(number: str, _chance: random.Random) -> str:
    return number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})


def in_a_sentence(number: str, _chance: random.Random) -> str:
    return f"客户王敏，证件 {number}，下周来访；电话13800138000"


def by_place(number: str, _chance: random.Random) -> str:
    """As identity cards are read out: place, date, rest."""
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else number


WRITINGS = (as_it_is, in_fours, full_width, in_a_sentence)


@pytest.mark.parametrize(
    ("make", "kind", "writings"),
    [
        (identity_18, Kind.IDENTITY_CARD, (*WRITINGS, by_place)),
        (identity_15, Kind.IDENTITY_CARD, (as_it_is, full_width, in_a_sentence)),
        (bank_card, Kind.BANK_CARD, WRITINGS),
    ],
)
def test_every_such_number_is_found(
    make: Callable[[random.Random], str],
    kind: Kind,
    writings: tuple[Callable[[str, random.Random], str], ...],
) -> None:
    """1,000 of each kind, in every way that people write them: all are found (recall 1.0)."""
    chance = random.Random(20260615)
    for _ in range(1000):
        number = make(chance)
        for write in writings:
            assert forbidden(write(number, chance)) is not None, (write.__name__, number)
        assert forbidden(number) in {kind, Kind.IDENTITY_CARD, Kind.BANK_CARD}


# Numbers that stand in real remarks, each with the most of 5,000 that may be refused by mistake.
def mobile(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}"


def two_mobiles(chance: random.Random) -> str:
    return f"{mobile(chance)}{chance.choice([' ', '/', ' - ', '、'])}{mobile(chance)}"


def landline(chance: random.Random) -> str:
    area = chance.choice(["010", "021", "0755", "0571"])
    return f"{area}-{chance.randrange(10**7, 10**8)}-{chance.randrange(9999)}"


def foreign_phone(chance: random.Random) -> str:
    return f"+{chance.choice(['62', '49', '44', '1', '852'])} {chance.randrange(10**9, 10**11)}"


def lead_number(chance: random.Random) -> str:
    return f"LX2026{chance.randrange(10**6):06d}"


def credit_code(chance: random.Random) -> str:
    body = chance.choice(["91", "92", "93", "12", "51", "52"]) + f"{chance.choice(REGIONS)}"
    body += "".join(chance.choices(CREDIT, k=9))
    return next(code for c in CREDIT if (code := credit_code_key(body + c)))


def credit_code_of_digits(chance: random.Random) -> str:
    while True:
        body = chance.choice(["91", "92"]) + chance.choice(REGIONS)
        body += f"{chance.randrange(10**9):09d}"
        code = next(code for c in CREDIT if (code := credit_code_key(body + c)))
        if code.isdigit():
            return code


def dated_order(chance: random.Random) -> str:
    """As shop systems make them: date and time, then a counter; 16 to 20 digits."""
    moment = date(2022, 1, 1) + timedelta(days=chance.randrange(1800))
    clock = f"{chance.randrange(24):02d}{chance.randrange(60):02d}{chance.randrange(60):02d}"
    return f"{moment:%Y%m%d}{clock}" + "".join(chance.choices("0123456789", k=chance.randrange(2, 7)))


def lettered_order(chance: random.Random) -> str:
    return chance.choice(["SO", "PO-", "DD", "HT"]) + f"{chance.randrange(10**11, 10**12)}"


def payment(chance: random.Random) -> str:
    return "4200001" + "".join(chance.choices("0123456789", k=21))


def milliseconds(chance: random.Random) -> str:
    return str(chance.randrange(1_500_000_000_000, 1_900_000_000_000))


def dates_and_amounts(chance: random.Random) -> str:
    day = date(2026, 1, 1) + timedelta(days=chance.randrange(360))
    return f"{day} {mobile(chance)} {chance.randrange(10, 99)}-{chance.randrange(100, 200)} {day:%Y%m%d}"


def universal_id(chance: random.Random) -> str:
    text = "".join(chance.choices("0123456789abcdef", k=32))
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


HONEST: tuple[tuple[Callable[[random.Random], str], float], ...] = (
    (mobile, 0), (two_mobiles, 0), (landline, 0), (foreign_phone, 0), (lead_number, 0), (credit_code, 0),
    (credit_code_of_digits, 0.0005), (dated_order, 0.0005), (lettered_order, 0), (payment, 0),
    (milliseconds, 0), (dates_and_amounts, 0.0005), (universal_id, 0.0005),
)  # fmt: skip


@pytest.mark.parametrize(("make", "most"), HONEST)
def test_honest_numbers_pass(make: Callable[[random.Random], str], most: float) -> None:
    chance = random.Random(20260615)
    refused = [text for _ in range(5000) if forbidden(text := make(chance))]
    assert len(refused) <= most * 5000, refused[:5]


@pytest.mark.parametrize(
    ("length", "most"), [(14, 0.01), (15, 0.02), (16, 0.03), (17, 0.002), (18, 0.002), (19, 0.002)]
)
def test_numbers_of_no_meaning_are_seldom_refused(length: int, most: float) -> None:
    """Any digits of a card's length: the worst case, as no system numbers its orders by chance."""
    chance = random.Random(7)
    refused = sum(
        forbidden("".join(chance.choices("0123456789", k=length))) is not None for _ in range(20_000)
    )
    assert refused <= most * 20_000, refused / 20_000


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
