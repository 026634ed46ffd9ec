"""Chinese signs for comparing and searching: simplified forms and readings, sign by sign.

Whole phrases are not looked at: two writings of one name go through the same table, so they stay comparable
even where a phrase would be read otherwise. The tables are made by ``scripts/han_tables.py`` from OpenCC
(Apache-2.0) and pypinyin (MIT).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def simplified(text: str) -> str:
    """Traditional signs replaced by simplified ones; everything else as it was."""
    return text if text.isascii() else text.translate(_simplified())


def syllables(text: str) -> list[str]:
    """The reading of each sign without its tone; signs that have none stay as they are."""
    table = _syllables()
    return [table.get(ord(sign), sign) for sign in text]


def pinyin(text: str) -> str:
    """The readings of all signs in one word: ``huaxinkeji``."""
    return text if text.isascii() else text.translate(_syllables())


def initials(text: str) -> str:
    """The first letter of each sign's reading: ``hxkj``."""
    return "".join(syllable[:1] for syllable in syllables(text))


@cache
def _simplified() -> Mapping[int, str]:
    pairs = _data("simplified.txt")
    return {ord(sign): other for sign, other in zip(pairs[::2], pairs[1::2], strict=True)}


@cache
def _syllables() -> Mapping[int, str]:
    rows = (line.split(" ") for line in _data("syllables.txt").splitlines())
    return {ord(sign): syllable for syllable, signs in rows for sign in signs}


def _data(name: str) -> str:
    return (files("leadloop.foundation") / "data" / name).read_text(encoding="utf-8")
