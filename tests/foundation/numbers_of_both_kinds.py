"""Identity and bank card numbers as people write them, and the honest numbers that stand in real remarks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from leadloop.foundation.privacy import forbidden
from leadloop.foundation.text import credit_code_key

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


def any_digits(chance: random.Random, *, length: int) -> str:
    return "".join(chance.choices("0123456789", k=length))


def written(
    make: Callable[[random.Random], str], write: Callable[[str, random.Random], str]
) -> Callable[[random.Random], str]:
    return lambda chance: write(make(chance), chance)


@dataclass(frozen=True, slots=True)
class Made:
    """Numbers of one kind, always the same ones."""

    name: str
    make: Callable[[random.Random], str]
    count: int
    most: float = 1.0
    """The share of them that may be refused by mistake."""


FORBIDDEN = tuple(
    Made(f"{name}, {how}", written(make, write), 1_000)
    for name, make, writings in (
        (
            "identity card of 18",
            identity_18,
            {
                "as it is": as_it_is,
                "in fours": in_fours,
                "full width": full_width,
                "in a sentence": in_a_sentence,
                "by place and date": by_place,
            },
        ),
        (
            "identity card of 15",
            identity_15,
            {"as it is": as_it_is, "full width": full_width, "in a sentence": in_a_sentence},
        ),
        (
            "bank card",
            bank_card,
            {
                "as it is": as_it_is,
                "in fours": in_fours,
                "full width": full_width,
                "in a sentence": in_a_sentence,
            },
        ),
    )
    for how, write in writings.items()
)
HONEST = (
    Made("mobile", mobile, 5_000, 0),
    Made("two mobiles", two_mobiles, 5_000, 0),
    Made("landline with extension", landline, 5_000, 0),
    Made("foreign phone", foreign_phone, 5_000, 0),
    Made("lead number", lead_number, 5_000, 0),
    Made("credit code", credit_code, 5_000, 0),
    Made("credit code of digits only", credit_code_of_digits, 5_000, 0.0005),
    Made("order number of date, time and counter", dated_order, 5_000, 0.0005),
    Made("order number with letters", lettered_order, 5_000, 0),
    Made("payment number of 28 digits", payment, 5_000, 0),
    Made("time in milliseconds", milliseconds, 5_000, 0),
    Made("dates, phones and amounts", dates_and_amounts, 5_000, 0.0005),
    Made("universal identifier", universal_id, 5_000, 0.0005),
    *(
        Made(f"any {length} digits", partial(any_digits, length=length), 20_000, most)
        for length, most in ((14, 0.01), (15, 0.02), (16, 0.03), (17, 0.002), (18, 0.002), (19, 0.002))
    ),
)


def rate(made: Made) -> float:
    """The share of them that is refused."""
    chance = random.Random(20260615)
    return sum(forbidden(made.make(chance)) is not None for _ in range(made.count)) / made.count
