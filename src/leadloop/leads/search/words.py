"""By which words a name is found, and which words a question asks for. Pure.

A Chinese name is cut into pairs of characters: 华信科技 → 华信 信科 科技 技, so that any two neighbours are
one look-up. From each character on, its pinyin and its initials stand beside them: huaxinkeji, xinkeji …
and hxkj, xkj …; a typed "huax" or "hx" is the beginning of such a word. Latin words stand as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice, product

from leadloop.foundation.han import simplified, syllables

LONGEST = 14
"""Pinyin, initials and Latin words are cut there, in names as in questions."""
SPELLED = 12
"""So many characters of a name can be found by pinyin; behind them stands the legal form."""
VARIANTS = 4

_RUNS = re.compile(r"[\u4e00-\u9fa5]+|[^\W\u4e00-\u9fa5_]+")
_LEGAL_FORM = re.compile(r"(?:股份)?有限(?:责任)?公司$|公司$")
_APOSTROPHES = re.compile(r"['’`]")

POLYPHONES = {
    "重": ("zhong", "chong"), "长": ("chang", "zhang"), "行": ("hang", "xing"),
    "乐": ("le", "yue"), "厦": ("xia", "sha"), "都": ("du", "dou"), "传": ("chuan", "zhuan"),
    "单": ("dan", "shan"), "曾": ("zeng", "ceng"), "解": ("jie", "xie"), "仇": ("qiu", "chou"),
    "区": ("qu", "ou"), "查": ("cha", "zha"), "盖": ("gai", "ge"), "朴": ("pu", "piao"),
    "覃": ("tan", "qin"), "朝": ("chao", "zhao"), "乾": ("qian",), "会": ("hui", "kuai"),
    "参": ("can", "shen"), "车": ("che", "ju"), "藏": ("cang", "zang"), "调": ("diao", "tiao"),
    "石": ("shi",), "尉": ("wei", "yu"), "翟": ("zhai", "di"), "缪": ("miao", "mou"),
    "员": ("yuan", "yun"), "冼": ("xian",), "种": ("zhong", "chong"), "薄": ("bo", "bao"),
    "宁": ("ning",), "蔚": ("wei", "yu"), "贾": ("jia", "gu"), "祭": ("ji", "zhai"),
    "折": ("zhe", "she"), "召": ("zhao", "shao"), "繁": ("fan", "po"), "褚": ("chu", "zhu"),
    "便": ("bian", "pian"), "佛": ("fo", "fu"), "卡": ("ka", "qia"), "降": ("jiang", "xiang"),
    "处": ("chu",), "率": ("lv", "shuai"), "大": ("da", "dai"), "六": ("liu", "lu"),
    "蚌": ("beng", "bang"),
}  # fmt: skip
"""Characters that names read in more than one way, or not as dictionaries put first."""


def _folded(text: str) -> str:
    if not text.isascii():
        text = simplified(unicodedata.normalize("NFKC", text))
    return _APOSTROPHES.sub("", text.casefold())


def of_name(name: str) -> str:
    """The words of a company's or a person's name, each once, parted by spaces."""
    found: dict[str, None] = {}
    runs = _RUNS.findall(_folded(name))
    for run in runs:
        if run[0] < "\u4e00" or run[0] > "\u9fa5":
            found[run[:LONGEST]] = None
        else:
            _of_characters(run, found)
    latin = [run for run in runs if run.isascii()]
    if len(latin) > 1:
        found["".join(latin)[:LONGEST]] = None
    return " ".join(found)


def _of_characters(run: str, found: dict[str, None]) -> None:
    for start in range(len(run)):
        found[run[start : start + 2]] = None
    spelled = _LEGAL_FORM.sub("", run)[:SPELLED]
    for spelling in _spellings(spelled):
        pinyin, initials = "", ""
        for syllable in reversed(spelling):
            pinyin, initials = (syllable + pinyin)[:LONGEST], syllable[0] + initials
            if len(pinyin) > 1:
                found[pinyin] = None
            if len(initials) > 1:
                found[initials] = None


def _spellings(run: str) -> list[tuple[str, ...]]:
    readings = syllables(run)
    if not any(sign in POLYPHONES for sign in run):
        return [tuple(readings)]
    choices = [POLYPHONES.get(sign) or (reading,) for sign, reading in zip(run, readings, strict=True)]
    return list(islice(product(*choices), VARIANTS))


class Term(str):
    """A word to be found; ``begins``: words that begin so count, too."""

    begins: bool
    __slots__ = ("begins",)

    def __new__(cls, word: str, *, begins: bool) -> Term:
        made = super().__new__(cls, word)
        made.begins = begins
        return made


def of_question(text: str) -> list[list[Term]]:
    """The parts of what was typed, each with the words that all must be in one name.

    A single Latin letter is left out: half of all names have it. Nothing left: nothing to search for.
    """
    parts = [_of_part(part) for part in _RUNS.findall(_folded(text))]
    return [part for part in parts if part]


def _of_part(part: str) -> list[Term]:
    if not "\u4e00" <= part[0] <= "\u9fa5":
        return [Term(part[:LONGEST], begins=True)] if len(part) > 1 else []
    if len(part) == 1:
        return [Term(part, begins=True)]
    return [Term(part[start : start + 2], begins=False) for start in range(len(part) - 1)]


def fits(name: str, parts: Iterable[Iterable[Term]]) -> bool:
    """The same question of one name, without an index: for pages and actions."""
    words = of_name(name).split(" ")
    return all(
        any(word.startswith(term) if term.begins else word == term for word in words)
        for part in parts
        for term in part
    )
