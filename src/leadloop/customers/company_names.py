"""What a company's name says: where it sits, which one it is, what it does.

深圳市华信科技(集团)股份有限公司 -> region 深圳 (广东), key 华信科技, brand 华信.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from leadloop.customers.regions import places
from leadloop.customers.trades import brand, only_trades
from leadloop.foundation.han import pinyin, simplified

LONGEST = 60
"""Signs of a key that are kept: enough to tell names apart, and small in an index."""


@dataclass(frozen=True, slots=True)
class CompanyName:
    key: str
    """The name without region, legal form, width, script, brackets and case; never empty for a name."""
    region: str
    """The city or province named; empty when none is."""

    @property
    def brand(self) -> str:
        """The key without the words for the trade."""
        return brand(self.key)

    @property
    def province(self) -> str:
        return places().get(self.region, "")


_FORMS = (
    "有限责任公司|股份有限公司|有限责任|股份公司|集团有限公司|集团公司|控股集团|控股公司|有限公司|无限公司|"
    "有限合伙企业|普通合伙企业|合伙企业|有限合伙|普通合伙|特殊普通合伙|个体工商户|个人独资企业|独资企业|"
    "总公司|分公司|子公司|支公司|公司|集团|控股|股份|有限"
)
_FORM_AT_END = re.compile(rf"(?:{_FORMS})+$")
_BRANCH = re.compile(r"(?<=公司)(.{2,12})(?:分公司|支公司|办事处|分店|营业部|代表处)$")
_LATIN_FORM = re.compile(
    r"[\s,.]+(?:company\s+limited|co[.\s,]*ltd|pty[.\s]*ltd|pvt[.\s]*ltd|ltd|limited|inc|incorporated|llc|llp|plc|"
    r"corp|corporation|company|co|gmbh|ag|kg|sarl|s\.?a\.?r\.?l|s\.?r\.?l|s\.?p\.?a|s\.?a|b\.?v|n\.?v|oy|ab|a/s|kk)\.?$"
)
_JAPANESE_FORM = re.compile(r"^(?:株式会社|有限会社)|(?:株式会社|有限会社)$")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕|《([^《》]*)》|<([^<>]*)>")
_NOT_IN_A_KEY = re.compile(r"[\W_]+")
_LEVELS = re.compile(
    r"^(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|自治州|地区|省|市|盟|县|区(?![域间块])|州(?=[\u4e00-\u9fff]{4}))"
)
_DISTRICT = re.compile(
    r"^(?:经济技术开发区|经济开发区|高新技术产业开发区|高新技术开发区|高新区|开发区|保税区|自贸区|新区|"
    r"[\u4e00-\u9fff]{2,8}?自治[县旗]|[\u4e00-\u9fff]{1,4}?(?:新区|开发区|高新区|街道|区|县)|[\u4e00-\u9fff]{2,3}?[镇乡])"
    r"(?![域间块])"
)
_TOWN = re.compile(r"^[\u4e00-\u9fff]{2,3}?市(?![场政容民])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DROPPED_IN_BRACKETS = frozenset(
    {"中国", "中华", "集团", "控股", "国际", "有限合伙", "普通合伙", "特殊普通合伙"}
)


def parse(name: str) -> CompanyName:
    text = simplified(unicodedata.normalize("NFKC", name).casefold().strip())
    if not _HAN.search(text):
        return _latin(text)
    text, region = _without_brackets(text.replace(" ", ""))
    text, branch = _without_branch(text)
    text = _JAPANESE_FORM.sub("", text) or text
    body = _FORM_AT_END.sub("", text) or text
    stripped, front = _without_region(body)
    key = (_NOT_IN_A_KEY.sub("", stripped) or _NOT_IN_A_KEY.sub("", body) or text)[:LONGEST]
    region = branch or front or region
    return CompanyName(key, region)


def company_key(name: str) -> str:
    """The key alone; empty for an empty name."""
    return parse(name).key if name.strip() else ""


@lru_cache(maxsize=1 << 16)
def sound_key(key: str) -> str:
    """How a company key sounds: 华信科技 and 华欣科技 are both huaxinkeji."""
    return pinyin(key)[:LONGEST]


def _latin(text: str) -> CompanyName:
    bare = _without_latin_forms(_BRACKETS.sub(" ", text)) or text
    words = [word for word in _NOT_IN_A_KEY.split(bare) if word]
    key = "".join(words) or text.replace(" ", "")
    return CompanyName(key[:LONGEST], "")


def _without_latin_forms(text: str) -> str:
    while (shorter := _LATIN_FORM.sub("", text)) != text:
        text = shorter
    return text.strip(" ,.")


def _without_brackets(text: str) -> tuple[str, str]:
    """The text without brackets around places and forms; what else stood in brackets stays."""
    region = ""
    if "(" not in text and not _BRACKETS.search(text):
        return text, region

    def instead(found: re.Match[str]) -> str:
        nonlocal region
        inside = next((part for part in found.groups() if part), "")
        place, rest = _place_at_front(inside)
        if place and not rest:
            region = region or place
            return ""
        return "" if inside in _DROPPED_IN_BRACKETS else inside

    return _BRACKETS.sub(instead, text), region


def _without_branch(text: str) -> tuple[str, str]:
    """华信有限公司合肥分公司 is 华信 in 合肥."""
    found = _BRANCH.search(text)
    if found is None:
        return text, ""
    return text[: found.start()], _place_at_front(found[1])[0]


def _without_region(text: str) -> tuple[str, str]:
    """Without the places at the front, as long as something is left that names one company."""
    region, rest = _place_at_front(text)
    if not region:
        town = _TOWN.match(text) or _DISTRICT.match(text)
        rest = text[town.end() :] if town else text
    while rest != text and (more := _TOWN.match(rest) or _DISTRICT.match(rest)):
        shorter = rest[more.end() :]
        if not _names_one(shorter):
            break
        rest = shorter
    return (rest, region) if _names_one(rest) else (text, region)


def _names_one(rest: str) -> bool:
    return len(rest) >= 2 and not only_trades(rest)


def _place_at_front(text: str) -> tuple[str, str]:
    """The province or the city in it that the text begins with, and what follows."""
    region = ""
    while found := _known_place(text):
        if region and places()[found] != region:
            # 北京北海众: the second is no place here but the beginning of a brand.
            break
        shorter = text[len(found) :]
        level = _LEVELS.match(shorter)
        region, text = found, shorter[level.end() :] if level else shorter
    return region, text


def _known_place(text: str) -> str:
    known = places()
    return next((text[:length] for length in (4, 3, 2) if text[:length] in known), "")
