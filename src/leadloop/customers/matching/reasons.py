"""Levels of a pair in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leadloop.customers.matching.kinds import ALMOST, DIFFERENT, NEAR, SAME
from leadloop.customers.matching.names import REASONS, Likeness
from leadloop.foundation.messages import Message, msg


class Reason(NamedTuple):
    message: Message
    speaks_for: bool


_WORDS: Mapping[tuple[str, int], Reason] = MappingProxyType(
    {
        **{
            ("name", level): Reason(message, level > Likeness.ELSEWHERE) for level, message in REASONS.items()
        },
        ("name", Likeness.DIFFERENT): Reason(msg("Different names"), False),
        ("credit_code", SAME): Reason(msg("The same unified social credit code"), True),
        ("credit_code", DIFFERENT): Reason(msg("Different credit codes"), False),
        ("contact", SAME): Reason(msg("A contact of the same name"), True),
        ("contact", ALMOST): Reason(msg("Contacts whose names sound the same"), True),
        ("contact", DIFFERENT): Reason(msg("Different contacts"), False),
        ("phone", SAME): Reason(msg("The same phone"), True),
        ("phone", ALMOST): Reason(msg("Phones that differ by one digit"), True),
        ("phone", NEAR): Reason(msg("Phones that differ by two digits"), True),
        ("email", SAME): Reason(msg("The same e-mail"), True),
        ("email", ALMOST): Reason(msg("E-mails that are almost the same"), True),
    }
)


def reasons(levels: Iterable[tuple[str, int]]) -> tuple[Reason, ...]:
    """What speaks for one customer first, then what speaks against it."""
    found = [_WORDS[field, level] for field, level in levels if (field, level) in _WORDS]
    return tuple(sorted(found, key=lambda reason: not reason.speaks_for))
