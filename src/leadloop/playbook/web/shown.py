"""A script as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from leadloop.playbook.models import Language, Part, Purpose, ScriptVersion
from leadloop.playbook.queries import Uses, stage_names
from leadloop.playbook.rules import words_of


@dataclass(frozen=True, slots=True)
class Shown:
    key: str
    url: str
    title: str
    text: str
    start: str
    """Its first line."""
    purpose: str
    part: str
    industries: tuple[str, ...]
    grades: str
    stages: tuple[str, ...]
    language: str
    number: int
    by: str
    """Empty: it came with the application."""
    at: datetime
    note: str
    uses: Uses | None = None


def shown(one: ScriptVersion, uses: Uses | None = None) -> Shown:
    names = stage_names()
    return Shown(
        key=one.script.key,
        url=reverse("playbook:script", args=[one.script.key]),
        title=one.title,
        text=one.text,
        start=one.text.partition("\n")[0],
        purpose=str(Purpose(one.purpose).label),
        part=str(Part(one.part).label) if one.part else "",
        industries=tuple(words_of(one.industry)),
        grades=one.grades,
        stages=tuple(dict.fromkeys(names.get(key, key) for key in words_of(one.stages))),
        language=str(Language(one.language).label),
        number=one.number,
        by=str(one.by) if one.by else "",
        at=one.published_at or one.at,
        note=one.note,
        uses=uses,
    )


def own_language() -> str:
    """Of the reader, as scripts name it."""
    return Language.CHINESE.value if (get_language() or "").startswith("zh") else Language.ENGLISH.value
