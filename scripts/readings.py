"""Make the two small tables that the search reads names by: how a Chinese character is read, and which
simplified one stands for a traditional one. From pypinyin and OpenCC, whose full tables cost a web process
sixty megabytes.

    python scripts/readings.py
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

import opencc
from pypinyin.pinyin_dict import pinyin_dict

PLACE = Path(__file__).parents[1] / "src/leadloop/leads/search"
KEPT = {"乾"}
"""As in 乾元: dictionaries take it for 干, and would read it so."""
CHARACTERS = [chr(code) for code in range(0x4E00, 0x9FA6)]


def bare(reading: str) -> str:
    """Without its tone: zhāng is zhang, lǜ is lv, as it is typed."""
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ǖ", "v"))
    joined = unicodedata.normalize("NFC", "".join(c for c in letters if c == "\u0308" or c.isascii()))
    return joined.replace("ü", "v").replace("u\u0308", "v")


def main() -> None:
    convert = opencc.OpenCC("t2s").convert
    simple = {sign: sign if sign in KEPT else convert(sign) for sign in CHARACTERS}
    pairs = [sign + into for sign, into in simple.items() if into != sign and len(into) == 1]
    by_reading: dict[str, list[str]] = defaultdict(list)
    for sign in CHARACTERS:
        if simple[sign] == sign and (readings := pinyin_dict.get(ord(sign))):
            by_reading[bare(readings.split(",")[0])].append(sign)
    lines = [f"{reading} {''.join(signs)}" for reading, signs in sorted(by_reading.items())]
    (PLACE / "readings.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (PLACE / "simplified.txt").write_text("\n".join(pairs) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
