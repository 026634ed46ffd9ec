"""Words that say what a company does or what kind of place it is, not which one it is.

With them a brand is told from the rest of a registered name: 华信|科技, 映月书房|电子商务.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_WORDS = (files("leadloop.customers") / "data" / "trades.txt").read_text(encoding="utf-8")

TRADES = frozenset(_WORDS.split())

_LONGEST = max(map(len, TRADES))
_ONLY_TRADES = re.compile(f"(?:{'|'.join(sorted(TRADES, key=len, reverse=True))})+")


def only_trades(text: str) -> bool:
    """Whether nothing in it names one company: 环境, 国际货运."""
    return text in TRADES or (len(text) < 13 and _ONLY_TRADES.fullmatch(text) is not None)


@lru_cache(maxsize=1 << 16)
def brand(key: str) -> str:
    """The part before the trades; at least two signs."""
    end = len(key)
    while end > 2:
        length = _trade_before(key, end)
        if not length:
            break
        end -= length
    return key[:end]


def _trade_before(key: str, end: int) -> int:
    for length in range(min(_LONGEST, end - 2), 0, -1):
        if key[end - length : end] in TRADES:
            return length
    return 0
