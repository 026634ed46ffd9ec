"""The scripts that come with the application: one TOML file for each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from leadloop.playbook.facts import ScriptFacts
from leadloop.playbook.models import Language


@cache
def scripts() -> Mapping[str, ScriptFacts]:
    """By key."""
    return {
        f"{row['key']}-{language}": _facts(row, language)
        for language in Language.values
        for row in _rows(language)
    }


def _facts(row: Mapping[str, str], language: str) -> ScriptFacts:
    return ScriptFacts(language=language, **{name: value for name, value in row.items() if name != "key"})


def _rows(language: str) -> list[Mapping[str, str]]:
    text = (files(__package__) / f"{language}.toml").read_text(encoding="utf-8")
    found: list[Mapping[str, str]] = tomllib.loads(text).get("script", [])
    return found
