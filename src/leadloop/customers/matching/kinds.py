"""How alike two values of one field are: levels from different (0) to the same, for each kind of field.

``agrees`` of a kind is how often records of one and the same company or person stand at each level: what is
assumed before the data itself is asked. How often strangers do is always counted in the data.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from leadloop.customers.company_names import CompanyName, sound_key
from leadloop.customers.matching.names import Likeness, likeness

DIFFERENT, NEAR, ALMOST, SAME = range(4)

Value = Any
"""What a field holds, ready for comparing; falsy when nothing is known."""


class Level(NamedTuple):
    level: int
    shared: Hashable = None
    """What both have in common, where how many others have it too says more than the level alone."""
    ordinary: int = 4
    """Holders that one company or person may well account for; only more make a value a common one."""


class Token(NamedTuple):
    """Something that a value may have in common with others."""

    shared: Hashable
    holder: Hashable = None
    """Counted once for each of these; for each owner of a record when left out."""


@dataclass(frozen=True, slots=True)
class Kind:
    compare: Callable[[Value, Value], Level]
    agrees: tuple[float, ...]
    keys: Callable[[Value], tuple[str, ...]]
    """By each of these alone two records are worth comparing."""
    ends: Callable[[Value], tuple[str, str]]
    """Beginning and end: worth comparing when those of two fields agree."""
    tokens: Callable[[Value], tuple[Token, ...]]
    identifies: bool = False
    """Given to one company or person only, so that even two of a kind are no chance."""
    of_contact: bool = False
    """Belongs to a person at a company: another person's differs in all of these at once."""
    learns: bool = True
    """Whether the data may correct ``agrees``."""


def _number(one: str, other: str) -> Level:
    if one == other:
        return Level(SAME, one)
    distance = OSA.distance(one, other, score_cutoff=2)
    return Level(ALMOST if distance == 1 else NEAR if distance == 2 else DIFFERENT)


def _person(one: str, other: str) -> Level:
    if one == other:
        return Level(SAME, one)
    if not one.isascii() and max(len(one), len(other)) < 4:
        return _chinese_person(one, other)
    if min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one)):
        return Level(ALMOST)
    alike = JaroWinkler.similarity(one, other)
    if alike >= 0.88 or OSA.distance(one, other, score_cutoff=1) <= 1:
        return Level(ALMOST)
    return Level(NEAR if alike >= 0.75 else DIFFERENT)


def _chinese_person(one: str, other: str) -> Level:
    """One sign is a third of a name: another sign is another person, unless it sounds the same."""
    if sound_key(one) == sound_key(other):
        return Level(ALMOST)
    # 王总 was left as 王.
    return Level(NEAR if min(len(one), len(other)) == 1 and one[0] == other[0] else DIFFERENT)


def _text(one: str, other: str) -> Level:
    if one == other:
        return Level(SAME, one)
    alike = OSA.normalized_similarity(one, other)
    if alike >= 0.75:
        return Level(ALMOST)
    begins = min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))
    return Level(NEAR if begins or alike >= 0.6 or JaroWinkler.similarity(one, other) >= 0.8 else DIFFERENT)


def _email(one: str, other: str) -> Level:
    if one == other:
        return Level(SAME, one)
    alike = OSA.normalized_similarity(one, other)
    if alike >= 0.85 or one.rpartition("@")[0] == other.rpartition("@")[0]:
        return Level(ALMOST)
    return Level(NEAR if alike >= 0.7 else DIFFERENT)


def _company(one: CompanyName, other: CompanyName) -> Level:
    found = likeness(one, other)
    if found == Likeness.SAME:
        return Level(found, one.key)
    if found in {Likeness.SHORT_FORM, Likeness.BEGINS_LIKE}:
        # A short form says as much as there are few full names that it may be short for.
        short = min(one, other, key=lambda name: len(name.key))
        return Level(found, ("brand", short.brand), 1 if short.key == short.brand else 2)
    if found == Likeness.SOUNDS_ALIKE:
        return Level(found, ("sound", sound_key(one.key)), 2)
    return Level(found)


def _company_tokens(name: CompanyName) -> tuple[Token, ...]:
    sound = Token(("sound", sound_key(name.key)), name.key)
    if name.brand == name.key:
        return Token(name.key), sound
    return Token(name.key), sound, Token(("brand", name.brand), name.key)


def _halves(value: str) -> tuple[str, ...]:
    """A single error leaves one half as it was."""
    if len(value) < 6:
        return (value,)
    middle = len(value) // 2
    return (value, f"{value[:middle]}…", f"…{value[middle:]}")


def _company_keys(name: CompanyName) -> tuple[str, ...]:
    key = name.key
    middle = (len(key) + 1) // 2
    parts = (f"{key[:middle]}…", f"…{key[middle:]}") if len(key) > 3 else ()
    return (key, f"~{sound_key(key)}", f"{name.brand}…", *parts)


def _ends(value: str) -> tuple[str, str]:
    return value[:4], value[-4:]


def _itself(value: Value) -> tuple[Token, ...]:
    return (Token(value),)


def _plain(compare: Callable[[Value, Value], Level], agrees: tuple[float, ...], **flags: bool) -> Kind:
    return Kind(compare, agrees, _halves, _ends, _itself, **flags)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "company": Kind(
            _company,
            # As Likeness: different, brand only, elsewhere, begins like, almost, sounds alike, short, same.
            (0.07, 0.03, 0.02, 0.04, 0.08, 0.06, 0.15, 0.55),
            _company_keys,
            lambda name: (name.brand, name.key[-4:]),
            _company_tokens,
            identifies=True,
        ),
        # Checked by its last sign: it is the same or another one, never misspelt.
        "code": _plain(
            lambda one, other: Level(SAME if one == other else DIFFERENT, one if one == other else None),
            (0.001, 0.0005, 0.0005, 0.998),
            identifies=True,
            learns=False,
        ),
        "contact": Kind(_person, (0.40, 0.03, 0.07, 0.50), lambda _: (), _ends, _itself, of_contact=True),
        "phone": _plain(_number, (0.40, 0.02, 0.05, 0.53), identifies=True, of_contact=True),
        "email": _plain(_email, (0.35, 0.04, 0.06, 0.55), identifies=True, of_contact=True),
        "person": Kind(_person, (0.10, 0.05, 0.15, 0.70), lambda _: (), _ends, _itself),
        "number": _plain(_number, (0.05, 0.04, 0.12, 0.79)),
        "date": _plain(_number, (0.10, 0.05, 0.15, 0.70)),
        "text": _plain(_text, (0.10, 0.06, 0.16, 0.68)),
    }
)
