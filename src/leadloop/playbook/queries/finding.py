"""Find scripts by what they are for and what they say."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from leadloop.foundation.text import fold
from leadloop.playbook.models import ScriptVersion
from leadloop.playbook.queries.scripts import live
from leadloop.playbook.rules import words_of

NONE = "-"
"""Asks for scripts that are for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An empty value asks for nothing."""

    text: str = ""
    purpose: str = ""
    industry: str = ""
    stage: str = ""
    grade: str = ""
    language: str = ""


def find(wanted: Wanted) -> tuple[ScriptVersion, ...]:
    """Published scripts, in the order of their purposes and keys."""
    return tuple(one for one in live() if _fits(one, wanted))


def industries(language: str = "") -> tuple[str, ...]:
    """The industries that scripts are written for, as they are written there."""
    found = {one.industry for one in live() if one.industry and one.language == (language or one.language)}
    return tuple(sorted(found))


def drafts() -> QuerySet[ScriptVersion]:
    """What is written and not yet published. For those who write."""
    return (
        ScriptVersion.objects.filter(published_at=None).select_related("script", "by").order_by("-at", "-id")
    )


def retired() -> QuerySet[ScriptVersion]:
    """The last version of scripts that are no longer found. For those who write."""
    return (
        ScriptVersion.objects.filter(script__retired_at__isnull=False, script__live__isnull=False)
        .filter(pk__in=ScriptVersion.objects.filter(script__retired_at__isnull=False).values("script__live"))
        .select_related("script", "by")
        .order_by("script__key")
    )


def _fits(one: ScriptVersion, wanted: Wanted) -> bool:
    return (
        _is(one.purpose, wanted.purpose)
        and _is(one.language, wanted.language)
        and _is(one.industry, wanted.industry)
        and _names(words_of(one.stages), wanted.stage)
        and _names(list(one.grades), wanted.grade)
        and _says(one, wanted.text)
    )


def _is(value: str, asked: str) -> bool:
    return not asked or value == ("" if asked == NONE else asked)


def _names(values: list[str], asked: str) -> bool:
    return not asked or (not values if asked == NONE else asked in values)


def _says(one: ScriptVersion, text: str) -> bool:
    said = fold(f"{one.title}\n{one.text}\n{one.industry}")
    return all(word in said for word in fold(text).split())
