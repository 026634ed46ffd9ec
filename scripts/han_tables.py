"""Writes the tables that ``leadloop.foundation.han`` reads, from OpenCC and pypinyin.

The program needs one simplified sign and one syllable for each sign. The libraries that know whole phrases
take 60 MB and half a second to start, so they are asked here, once, and not at run time.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import opencc
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

# Signs whose first reading in the dictionary is not the one that names have most often.
USUAL = {
    "长": "chang",
    "乐": "le",
    "朝": "chao",
    "石": "shi",
    "厦": "xia",
    "贾": "jia",
    "曾": "zeng",
    "单": "shan",
    "乾": "qian",
}

KEPT = {"乾"}
"""As in 乾元: dictionaries take it for 干, and would read it so."""

PLACE = Path(__file__).parents[1] / "src/leadloop/foundation/data"
SIGNS = "".join(map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]))


def simplified() -> str:
    """Traditional sign and simplified sign in turn."""
    converted = opencc.OpenCC("t2s").convert("\n".join(SIGNS)).split("\n")
    return "".join(
        sign + other
        for sign, other in zip(SIGNS, converted, strict=True)
        if sign != other and len(other) == 1 and sign not in KEPT
    )


def syllables() -> str:
    """One line a syllable: the syllable without tone, then the signs whose usual reading it is."""
    signs: dict[str, list[str]] = defaultdict(list)
    for code, readings in sorted(PINYIN_DICT.items()):
        reading = USUAL.get(chr(code)) or to_normal(readings.split(",")[0])
        syllable = reading.replace("ü", "v").replace("ê", "e")
        if 0x4E00 <= code < 0xA000 and syllable.isascii() and syllable.isalpha():
            signs[syllable].append(chr(code))
    return "".join(f"{syllable} {''.join(found)}\n" for syllable, found in sorted(signs.items()))


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    (PLACE / "simplified.txt").write_text(simplified(), encoding="utf-8")
    (PLACE / "syllables.txt").write_text(syllables(), encoding="utf-8")


if __name__ == "__main__":
    main()
