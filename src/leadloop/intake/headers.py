"""Brings the text over a column to one form, and finds a unit in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad]")
_BRACKETS = re.compile(r"[(\[{【〔<《「](.*?)[)\]}】〕>》」]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNIT_AFTER = re.compile(r"[/:,]\s*(万元|万|千元|亿元|亿|元|rmb|cny|usd|eur)\s*$")
_NOT_WORD = re.compile(r"[\W_]+")
_PREFIXES = (
    "opportunity", "deals", "deal", "leads", "lead", "opp", "contact", "organization", "organisation",
    "person", "company", "account", "销售线索", "线索", "商机", "潜在客户", "x",
)  # fmt: skip

FACTORS = {
    "亿": 1e8, "亿元": 1e8, "千万": 1e7, "千万元": 1e7, "百万": 1e6, "百万元": 1e6, "万": 1e4, "万元": 1e4,
    "萬": 1e4, "萬元": 1e4, "wan": 1e4, "w": 1e4, "10k": 1e4, "千": 1e3, "千元": 1e3, "k": 1e3,
    "thousand": 1e3, "thousands": 1e3, "000": 1e3, "000s": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6,
    "million": 1e6, "millions": 1e6, "元": 1.0,
}  # fmt: skip
"""Words for a power of ten in a header or after a number."""

CURRENCIES = {
    "cny": "CNY", "rmb": "CNY", "人民币": "CNY", "元": "CNY", "¥": "CNY", "￥": "CNY", "yuan": "CNY",
    "usd": "USD", "us$": "USD", "$": "USD", "美元": "USD", "美金": "USD", "dollar": "USD", "dollars": "USD",
    "eur": "EUR", "€": "EUR", "欧元": "EUR", "euro": "EUR", "gbp": "GBP", "£": "GBP", "英镑": "GBP",
    "hkd": "HKD", "hk$": "HKD", "港币": "HKD", "港元": "HKD", "jpy": "JPY", "日元": "JPY", "brl": "BRL",
    "r$": "BRL", "twd": "TWD", "nt$": "TWD", "台币": "TWD", "新台币": "TWD", "sgd": "SGD", "s$": "SGD",
    "krw": "KRW", "₩": "KRW", "inr": "INR", "₹": "INR", "aud": "AUD", "a$": "AUD", "cad": "CAD", "chf": "CHF",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """``key`` has only letters and digits, in small letters; ``factor`` and ``currency`` apply to numbers."""

    text: str
    key: str
    factor: float = 1.0
    currency: str | None = None

    def keys(self) -> tuple[str, ...]:
        """The key, and the key without the name of the thing it belongs to (``Deal - Stage``)."""
        shorter = [self.key[len(p) :] for p in _PREFIXES if self.key.startswith(p) and len(self.key) > len(p)]
        return (self.key, *shorter)


@lru_cache(maxsize=20_000)
def normalise(text: str) -> Header:
    flat = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()
    factor, currency = 1.0, None
    for inside in (*_BRACKETS.findall(flat), *_UNIT_AFTER.findall(flat.lower())):
        found = unit(inside)
        if found:
            factor, currency = found[0], found[1] or currency
    bare = _UNIT_AFTER.sub("", _BRACKETS.sub(" ", flat).strip().lower()) if factor != 1 or currency else ""
    outside = bare or _BRACKETS.sub(" ", flat)
    return Header(text.strip(), key_of(outside) or key_of(flat), factor, currency)


_TRADITIONAL = (
    "線线號号編编獲获時时間间來来聯联繫系係系絡络戶户稱称機机郵邮電电話话類类業业規规團团隊队負负責责區区階阶態态轉转額额"
    "進进後后訪访資资詢询創创錄录場场動动職职務务崗岗標标簽签單单贏赢輸输敗败預预計计總总價价對对競竞爭争決决產产購购說说"
    "備备註注項项級级際际實实確确認认開开關关閉闭結结貨货幣币個个稅税啟启變变當当現现數数錢钱種种評评報报訂订審审無无測测"
    "試试處处籤签會会員员與与適适損损選选擇择據据達达覆复復复請请換换滿满熱热緒绪饋馈點点議议優优給给隨随導导續续執执術术"
    "網网頁页廣广貿贸辦办運运營营銷销應应該该談谈發发紹绍質质觸触齡龄層层組组經经歷历記记繳缴"
)
_SIMPLIFY = str.maketrans(_TRADITIONAL[::2], _TRADITIONAL[1::2])
"""The characters of the synonyms in the other script; names in cells are not touched."""


def key_of(text: str) -> str:
    """Letters and digits only, small, half width, simplified; ``Custom_Field__c`` loses its ending."""
    flat = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()
    flat = re.sub(r"__c$", "", flat)
    return _NOT_WORD.sub("", _HUMP.sub(" ", flat).lower()).translate(_SIMPLIFY)


def unit(text: str) -> tuple[float, str | None] | None:
    """Factor and currency that a bracket such as ``万元`` or ``USD k`` stands for; None if it is no unit."""
    words = re.sub(r"^[\s:,]+|[\s:,]+$", "", text.lower().replace("单位", ""))
    if not words:
        return None
    currency = CURRENCIES.get(words)
    if words in FACTORS:
        return FACTORS[words], currency or ("CNY" if words.endswith("元") else None)
    if currency:
        return 1.0, currency
    return _two_words(words)


def _two_words(words: str) -> tuple[float, str | None] | None:
    parts = [part for part in re.split(r"[\s/,]+", words) if part]
    if len(parts) != 2:
        parts = next(([words[: -len(c)], c] for c in CURRENCIES if words.endswith(c)), [])
    if len(parts) != 2:
        return None
    factor = next((FACTORS[part] for part in parts if part in FACTORS), None)
    currency = next((CURRENCIES[part] for part in parts if part in CURRENCIES), None)
    return (factor, currency) if factor is not None and currency else None


def display(texts: list[str]) -> list[str]:
    """Header texts made distinct: an empty one becomes ``column 3``, a repeated one gets a number."""
    out: dict[str, None] = {}
    for index, raw in enumerate(texts):
        text = name = _INVISIBLE.sub("", raw).strip() or f"column {index + 1}"
        number = 1
        while name in out:
            number += 1
            name = f"{text} ({number})"
        out[name] = None
    return list(out)
