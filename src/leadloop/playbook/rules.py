"""What makes a script fit a lead, how two versions differ, and what goes into its places. No tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import fold

MOST_TEXT = 50_000
LENGTHS = {"title": 120, "industry": 200, "grades": 3, "stages": 300, "note": 200, "text": MOST_TEXT}
GRADES = "ABC"


class Aspect(StrEnum):
    """By what a script can fit, from what says most about it to what says least."""

    INDUSTRY = "industry"
    STAGE = "stage"
    GRADE = "grade"


# A script for the industry is nearer than one for stage and grade together.
_WEIGHT = {Aspect.INDUSTRY: 8, Aspect.STAGE: 4, Aspect.GRADE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a lead that a script may be written for."""

    industry: str = ""
    grade: str = ""
    stage_key: str = ""
    process: Collection[str] = ()
    """Key and names of its process: who sells by the SaaS process sells SaaS, whatever the customer does."""


@dataclass(frozen=True, slots=True)
class Match:
    score: int
    aspects: tuple[tuple[Aspect, str], ...]
    """With what agreed."""


def words_of(text: str) -> list[str]:
    """The words of a field that takes several."""
    return [word for part in re.split(r"[,，、;；/|\n]+", text) if (word := " ".join(part.split()))]


def match(*, industry: str, grades: str, stages: str, situation: Situation) -> Match | None:
    """How well a script fits; None when it was written for something else."""
    found: list[tuple[Aspect, str]] = []
    score = 0
    for aspect, wanted, hit in (
        (Aspect.INDUSTRY, industry, _industry(industry, situation)),
        (Aspect.STAGE, stages, situation.stage_key if situation.stage_key in words_of(stages) else ""),
        (Aspect.GRADE, grades, situation.grade if situation.grade and situation.grade in grades else ""),
    ):
        if not wanted:
            continue
        if not hit:
            return None
        found.append((aspect, hit))
        score += _WEIGHT[aspect]
    if industry and found[0][1] == situation.industry:
        # The customer's own industry says more than the process by which it is worked.
        score += 1
    return Match(score, tuple(found))


def _industry(wanted: str, situation: Situation) -> str:
    """The customer's own industry, as it is written there; else the word that the process is called by."""
    words = words_of(wanted)
    if any(_says(situation.industry, word) for word in words):
        return situation.industry
    return next((word for said in situation.process for word in words if _says(said, word)), "")


def _says(said: str, word: str) -> bool:
    said, word = fold(said), fold(word)
    if not said or not word:
        return False
    if word.isascii():
        # “IT” is not a part of “hospitality”.
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", said) is not None
    return word in said or said in word


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison. ``how``: same, gone or new."""

    how: str
    text: str


def difference(before: str, after: str) -> tuple[Line, ...]:
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line("same", text) for text in old[i1:i2]]
            continue
        lines += [Line("gone", text) for text in old[i1:i2]]
        lines += [Line("new", text) for text in new[j1:j2]]
    return tuple(lines)


PLACES: Mapping[str, tuple[str, ...]] = {
    "customer": ("【客户】", "[customer]"),
    "contact": ("【联系人】", "[contact]"),
    "me": ("【我】", "[me]"),
    "source": ("【来源】", "[source]"),
}
"""Where a script takes what is known of the lead, as people write it in either language."""


def filled(text: str, known: Mapping[str, str]) -> str:
    """With the known values in their places; a place of which nothing is known stays as it is."""
    for name, places in PLACES.items():
        if value := known.get(name, ""):
            for place in places:
                text = text.replace(place, value)
    return text


def questions(text: str) -> tuple[str, ...]:
    """The questions of a part: its lines."""
    return tuple(line for raw in text.splitlines() if (line := raw.strip()))


def cleaned(text: str) -> str:
    """One kind of line end, no space at line ends, nothing that cannot be stored."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def check_texts(values: Mapping[str, str]) -> None:
    """Not longer than its column, and without numbers that are not kept."""
    for field, text in values.items():
        most = LENGTHS.get(field, MOST_TEXT)
        if len(text) > most:
            raise DataError(
                msg("At most %(most)s characters; these are %(count)s.", most=most, count=len(text)),
                field=field,
            )
    privacy.check_texts(values)


def why(aspects: Sequence[tuple[Aspect, str]], stage_name: str) -> Message:
    """Why it fits, in words."""
    said = [_REASONS[aspect](stage_name if aspect == Aspect.STAGE else word) for aspect, word in aspects]
    if not said:
        return msg("fits every lead")
    told = said[0]
    for part in said[1:]:
        told = msg("%(before)s · %(part)s", before=told, part=part)
    return told


_REASONS = {
    Aspect.INDUSTRY: lambda word: msg("industry: %(industry)s", industry=word),
    Aspect.STAGE: lambda word: msg("stage: %(stage)s", stage=word),
    Aspect.GRADE: lambda word: msg("grade %(grade)s", grade=word),
}
