"""What a version of a script says, before it is one: from a form, a file or the application."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.playbook.models import Language, Part, Purpose
from leadloop.playbook.rules import GRADES, check_texts, cleaned, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFacts:
    """Everything that a version says."""

    purpose: str
    title: str
    text: str
    language: str
    part: str = ""
    industry: str = ""
    grades: str = ""
    stages: str = ""
    note: str = ""


def checked(facts: ScriptFacts) -> ScriptFacts:
    """In one form, or refused with the field that is wrong."""
    facts = replace(
        facts,
        title=" ".join(cleaned(facts.title).split()),
        text=cleaned(facts.text),
        industry="、".join(words_of(cleaned(facts.industry))),
        grades="".join(letter for letter in GRADES if letter in facts.grades.upper()),
        stages=",".join(words_of(facts.stages)),
        note=" ".join(cleaned(facts.note).split()),
    )
    _one_of(facts.purpose, Purpose.values, "purpose")
    _one_of(facts.language, Language.values, "language")
    if facts.purpose == Purpose.SPIN:
        _one_of(facts.part, Part.values, "part")
    elif facts.part:
        facts = replace(facts, part="")
    for name in ("title", "text"):
        if not getattr(facts, name):
            raise DataError(msg("This must not be empty."), field=name)
    check_texts({name: getattr(facts, name) for name in ("title", "text", "industry", "stages", "note")})
    return facts


def _one_of(value: str, values: Collection[str], field: str) -> None:
    if value not in values:
        raise DataError(msg("Choose one of the values."), field=field)
