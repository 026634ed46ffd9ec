"""Numbers that are never kept: identity cards and bank cards, found in any text at every door.

A lead needs neither, and whoever holds them answers for them. What is found is refused, and the
message does not repeat it. Telephone, order, credit-code and lead numbers must pass: a door that
refuses honest text is soon gone round. The rates of both kinds stand in the tests.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg

if TYPE_CHECKING:
    import pyarrow as pa


class Kind(StrEnum):
    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"


_SHORTEST = 14
# Between the digits: what people put there to read a number more easily, or to get it past a door.
_BETWEEN = r"[ \t.\-\u00b7\u2010-\u2015\u2212\u30fb_/]{1,3}"
_DIGITS = re.compile(rf"[0-9]+(?:{_BETWEEN}[0-9]+)*(?:{_BETWEEN})?[Xx]?")
_GROUP = re.compile(r"[0-9]+|[Xx]")
_LIKELY = re.compile(rf"[0-9](?:(?:{_BETWEEN})?[0-9]){{13}}")
_MANY = r"\p{N}(?:[\s\p{Z}\p{P}\p{Cf}\p{Sm}]{0,6}\p{N}){13}"

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

# Prefix and lengths of the cards in use here; UnionPay first. 9558… and 95599… are older cards of two banks.
_CARDS = re.compile(
    r"(?:62[0-9]{14,17}|60(?:11|3[0-9])[0-9]{12,15}|9558[0-9]{15}|95599[0-9]{14}"
    r"|4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|35(?:2[89]|[3-8][0-9])[0-9]{12}|3[68][0-9]{12}|6(?:4[4-9][0-9]|5[0-9]{2})[0-9]{12})"
)
_ALL_ALIKE = re.compile(r"(?:([0-9])\1*)")


def forbidden(text: str) -> Kind | None:
    """What ``text`` contains that must not be kept: the first found, or None."""
    # Most texts end here. Half as many signs would do: some stand for two digits, such as a ten in a circle.
    if len(text) < _SHORTEST // 2 or sum(map(str.isnumeric, text)) < _SHORTEST // 2:
        return None
    plain = _plain(text)
    if not _LIKELY.search(plain):
        return None
    for run in _DIGITS.finditer(plain):
        if len(run[0]) < _SHORTEST:
            continue
        glued = _letter_beside(plain, run.start(), run.end())
        if kind := _kind_of(_GROUP.findall(run[0]), glued=glued):
            return kind
    return None


def check_texts(values: Mapping[str, str]) -> None:
    """Refuse the first of ``values`` (field to text) that contains such a number.

    :raises DataError: with the field; the message names it and does not repeat the number.
    """
    for field, text in values.items():
        if text and (kind := forbidden(text)):
            raise DataError(refusal(kind, field), field=field)


def masked(text: str) -> str:
    """``text``, or three stars where it contains what must not be shown again."""
    return "***" if forbidden(text) else text


def scrubbed(message: Message) -> Message:
    """The message without what it may not repeat."""
    if not any(isinstance(value, str) and forbidden(value) for value in message.params.values()):
        return message
    params = {
        name: masked(value) if isinstance(value, str) else value for name, value in message.params.items()
    }
    return msg(message.text, **params)


def refusal(kind: Kind, field: str) -> Message:
    """Why a text is refused, without the text."""
    return msg(
        "%(field)s contains %(what)s. Such numbers are not kept here: take it out and save again.",
        field=FIELDS.get(field, field),
        what=WORDS[kind],
    )


def forbidden_rows(column: pa.ChunkedArray | pa.Array) -> dict[int, Kind]:
    """The same for a whole column of text: the position of each cell with such a number, and its kind."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    # The expression is slow: it looks at the few cells only that are long enough and have digits enough.
    long = pc.indices_nonzero(pc.fill_null(pc.greater_equal(pc.utf8_length(column), _SHORTEST), False))
    digits = pc.count_substring_regex(pc.take(column, long), r"\p{N}")
    long = pc.filter(long, pc.greater_equal(digits, _SHORTEST))
    suspects = pc.filter(long, pc.match_substring_regex(pc.take(column, long), _MANY))
    cells = zip(suspects.to_pylist(), pc.take(column, suspects).to_pylist(), strict=True)
    return {row: kind for row, text in cells if (kind := forbidden(text))}


WORDS: Mapping[Kind, Message] = MappingProxyType(
    {
        Kind.IDENTITY_CARD: msg("an identity card number"),
        Kind.BANK_CARD: msg("a bank card number"),
    }
)

FIELDS: Mapping[str, Message] = MappingProxyType(
    {
        "customer": msg("Company"),
        "name": msg("Name"),
        "contact": msg("Contact"),
        "title": msg("Position"),
        "phone": msg("Phone"),
        "email": msg("E-mail"),
        "credit_code": msg("Unified social credit code"),
        "number": msg("Lead number"),
        "source_detail": msg("Source detail"),
        "campaign": msg("Campaign"),
        "industry": msg("Industry"),
        "size": msg("Company size"),
        "region": msg("Region"),
        "first_need": msg("First need"),
        "tags": msg("Tags"),
        "competitor": msg("Competitor"),
        "note": msg("Note"),
        "reason": msg("Reason"),
        "remark": msg("Note"),
        "feedback": msg("What the customer said"),
        "pains": msg("Pain points"),
        "files": msg("Name of the file"),
    }
)
"""The words of the fields that most doors have; others are named as they were given."""


def _plain(text: str) -> str:
    """Half width, one kind of digit, without characters that nobody sees."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_sign(sign) for sign in folded if unicodedata.category(sign) != "Cf")


def _sign(sign: str) -> str:
    return str(unicodedata.decimal(sign, sign)) if not sign.isascii() else sign


def _letter_beside(text: str, start: int, end: int) -> bool:
    """Part of a code with letters (an order, a device) rather than a number of its own."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return any(sign.isascii() and sign.isalpha() for sign in (before, after) if sign)


def _kind_of(groups: list[str], *, glued: bool) -> Kind | None:
    """Any neighbouring groups that together are such a number: a phone may stand before it."""
    for joined, sizes in _spans(groups):
        if _is_identity_card(joined, sizes, glued=glued):
            return Kind.IDENTITY_CARD
        if _is_bank_card(joined, sizes, glued=glued):
            return Kind.BANK_CARD
    return None


def _spans(groups: list[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for first in range(len(groups)):
        joined = ""
        for last in range(first, len(groups)):
            joined += groups[last]
            if len(joined) > 19:
                break
            if len(joined) >= _SHORTEST:
                yield joined, tuple(len(group) for group in groups[first : last + 1])


def _is_identity_card(number: str, sizes: tuple[int, ...], *, glued: bool) -> bool:
    if not _PROVINCE.match(number) or not number[:-1].isdigit():
        return False
    if len(number) == 18:
        return _is_day(number[6:10], number[10:14]) and _check_sign(number) == number[17].upper()
    # Fifteen digits carry no check: only where they stand alone or as such cards are written.
    if len(number) != 15 or glued or sizes not in {(15,), (6, 6, 3)}:
        return False
    return number.isdigit() and _is_place(number[2:6]) and _is_day("19" + number[6:8], number[8:12])


def _check_sign(number: str) -> str:
    """The last sign of an identity card number (GB 11643-1999, ISO 7064 mod 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11]


def _is_place(code: str) -> bool:
    """Prefecture 01-53 or 90, any county but 00."""
    return (1 <= int(code[:2]) <= 53 or code[:2] == "90") and code[2:] != "00"


def _is_day(year: str, month_day: str) -> bool:
    if not 1900 <= int(year) <= 2049:
        return False
    try:
        date(int(year), int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return False
    return True


def _is_bank_card(number: str, sizes: tuple[int, ...], *, glued: bool) -> bool:
    if not _CARDS.fullmatch(number) or _ALL_ALIKE.fullmatch(number):
        return False
    if glued and not number.startswith("62"):
        return False
    return _written_as_card(sizes) and _luhn(number)


def _written_as_card(sizes: tuple[int, ...]) -> bool:
    """In one piece, in fours, in six and the rest, digit by digit: not two telephone numbers side by side."""
    if len(sizes) == 1 or set(sizes) == {1}:
        return True
    in_fours = all(size == 4 for size in sizes[:-1]) and sizes[-1] <= 4
    return in_fours or sizes in {(6, 10), (6, 12), (6, 13), (4, 6, 5), (4, 6, 4), (6, 4, 4, 4, 1)}


def _luhn(number: str) -> bool:
    doubled = "0246813579"
    total = sum(
        int(digit) if place % 2 == 0 else int(doubled[int(digit)])
        for place, digit in enumerate(reversed(number))
    )
    return total % 10 == 0
