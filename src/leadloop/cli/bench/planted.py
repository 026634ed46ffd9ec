"""Invented Chinese companies with duplicates planted among them, so that what is found can be counted.

A duplicate is written as people write: without region or legal form, in traditional signs, with a sign of the
same sound, short; its contact is the same person with another phone or e-mail, or somebody else. Among them
stand sister companies of one brand, companies of one name in two provinces, and shared phones. As in the
register, no two companies of one province have the same brand and trade.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from leadloop.cli.demo.names import FORMS, GIVEN, SURNAMES, TRADES

_BRAND = (
    "启瑞恒博云华鼎睿嘉凌晟泽远卓创宏景朗澄硕翎沐岚芯拓维航讯源迪科达诺驰信泰凯锐安岭桥图格川禾微峰润"
    "金银铭盛隆昌茂丰裕康宁福祥和顺元亨利贞德仁义礼智诚友邦兴旺腾飞跃翔宇宙星辰光辉明亮天海山河江湖"
    "东方南北中正大同新世纪百千万众合力聚汇通联捷迅速达优美雅佳品尚艺文华彩虹蓝青绿紫白"
)
_CITIES = {
    "深圳": "广东", "广州": "广东", "佛山": "广东", "上海": "上海", "北京": "北京", "杭州": "浙江",
    "宁波": "浙江", "苏州": "江苏", "南京": "江苏", "成都": "四川", "武汉": "湖北", "西安": "陕西",
    "青岛": "山东", "厦门": "福建", "长沙": "湖南", "郑州": "河南",
}  # fmt: skip
_TRADITIONAL = str.maketrans(
    "华联达云飞东发信医药国电贸实业术传诚团连车龙广宁网络",
    "華聯達雲飛東發信醫藥國電貿實業術傳誠團連車龍廣寧網絡",
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DUPLICATED, TWICE, SISTERS, NAMESAKES, SHARED_PHONES = 0.10, 0.15, 0.06, 0.02, 0.01


@dataclass(frozen=True, slots=True)
class Planted:
    """``entity``: rows with the same number are the same company."""

    entity: int
    name: str
    credit_code: str
    contact: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class _Company:
    city: str
    brand: str
    trade: str
    form: str

    @property
    def name(self) -> str:
        return f"{self.city}{self.brand}{self.trade}{self.form}"


def companies(count: int, *, seed: int = 2026) -> list[Planted]:
    """About ``count`` rows in random order."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    rows: list[Planted] = []
    entity = 0
    registered: set[tuple[str, str, str]] = set()
    while len(rows) < count:
        company = _Company(
            chance.choice(list(_CITIES)),
            "".join(chance.sample(_BRAND, chance.choice((2, 2, 2, 3)))),
            chance.choice([trade for trades in TRADES.values() for trade in trades]),
            chance.choice(FORMS),
        )
        for founded in (company, *_relatives(company, chance)):
            place = _CITIES[founded.city], founded.brand, founded.trade
            if place in registered:
                continue
            registered.add(place)
            rows += _with_duplicates(founded, entity, chance)
            entity += 1
    _share_phones(rows, chance)
    chance.shuffle(rows)
    return rows


def true_pairs(rows: list[Planted]) -> set[tuple[int, int]]:
    """Places of rows that are the same company."""
    of: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        of[row.entity].append(place)
    return {pair for places in of.values() for pair in combinations(places, 2)}


def _relatives(company: _Company, chance: random.Random) -> list[_Company]:
    """Not the same: the brand in another trade, or the name in another province."""
    found = []
    if chance.random() < SISTERS:
        trades = [trade for trades in TRADES.values() for trade in trades if trade != company.trade]
        found.append(replace(company, trade=chance.choice(trades)))
    if chance.random() < NAMESAKES:
        elsewhere = [city for city, province in _CITIES.items() if province != _CITIES[company.city]]
        found.append(replace(company, city=chance.choice(elsewhere)))
    return found


def _with_duplicates(company: _Company, entity: int, chance: random.Random) -> list[Planted]:
    first = Planted(
        entity,
        company.name,
        credit_code(chance) if chance.random() < 0.5 else "",
        *_person(company, chance),
    )
    rows = [first]
    if chance.random() < DUPLICATED:
        rows.append(_duplicate(first, company, chance))
        if chance.random() < TWICE:
            rows.append(_duplicate(first, company, chance))
    return rows


def _duplicate(first: Planted, company: _Company, chance: random.Random) -> Planted:
    code = first.credit_code if chance.random() < 0.3 else ""
    if chance.random() < 0.25:
        # Another contact: then the name is written in full, or nobody could tell.
        name = chance.choice(_IN_FULL)(company, chance)
        return Planted(first.entity, name, code, *_person(company, chance))
    name = chance.choice(_IN_FULL + _LOOSELY)(company, chance)
    phone, email = first.phone, first.email
    if email and chance.random() < 0.4:
        phone = _phone(chance)
    elif chance.random() < 0.5:
        email = ""
    contact = (
        first.contact if chance.random() < 0.8 else first.contact[:1] + chance.choice(("总", "经理", "先生"))
    )
    return Planted(first.entity, name, code, contact, phone, email)


_Way = Callable[[_Company, random.Random], str]


def _homophone(company: _Company, chance: random.Random) -> str:
    place = chance.randrange(len(company.brand))
    sign = company.brand[place]
    other = chance.choice(_same_sound().get(sign, sign))
    return (
        company.city
        + company.brand[:place]
        + other
        + company.brand[place + 1 :]
        + company.trade
        + company.form
    )


def _without_a_sign(company: _Company, chance: random.Random) -> str:
    name = company.brand + company.trade
    place = chance.randrange(len(company.brand), len(name))
    return company.city + name[:place] + name[place + 1 :] + company.form


_IN_FULL: tuple[_Way, ...] = (
    lambda company, _: company.name,
    lambda company, _: f"{company.brand}{company.trade}{company.form}",
    lambda company, _: f"{company.city}市{company.brand}{company.trade}{company.form}",
    lambda company, _: f"{company.brand}{company.trade}（{company.city}）{company.form}",
    lambda company, _: company.name.translate(_TRADITIONAL),
    lambda company, _: f"{company.city} {company.brand}{company.trade} {company.form}",
    lambda company, _: f"{company.city}{company.brand}{company.trade}",
    lambda company, _: f"{_CITIES[company.city]}{company.brand}{company.trade}股份有限公司",
)
_LOOSELY: tuple[_Way, ...] = (
    lambda company, _: company.brand,
    lambda company, _: company.city + company.brand,
    lambda company, _: f"{company.brand}{company.trade[:2]}",
    _homophone,
    _without_a_sign,
)


@cache
def _same_sound() -> dict[str, str]:
    from leadloop.foundation.han import pinyin

    common = _BRAND + "新欣鑫鸿弘红胜圣升声威伟卫为凯楷锦进晋近亚雅阳扬洋建健剑成城程承"
    by_sound: dict[str, str] = defaultdict(str)
    for sign in dict.fromkeys(common):
        by_sound[pinyin(sign)] += sign
    return {sign: rest for sign in common if (rest := by_sound[pinyin(sign)].replace(sign, ""))}


def _person(company: _Company, chance: random.Random) -> tuple[str, str, str]:
    name = chance.choice(list(SURNAMES)) + chance.choice(GIVEN)
    email = f"{SURNAMES[name[0]]}{chance.randrange(10_000)}@mail{chance.randrange(3_000)}.example"
    return name, _phone(chance), email if chance.random() < 0.6 else ""


def _phone(chance: random.Random) -> str:
    return f"+86{chance.choice(('138', '139', '150', '186', '177'))}{chance.randrange(10**8):08d}"


def credit_code(chance: random.Random) -> str:
    """Of the right form with the right last sign; given to nobody."""
    body = "91" + "".join(chance.choice("0123456789") for _ in range(6))
    body += "".join(chance.choice(_ALPHABET) for _ in range(9))
    total = sum(_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _ALPHABET[-total % 31]


def _share_phones(rows: list[Planted], chance: random.Random) -> None:
    """Agents and shared offices: one phone at companies that have nothing else in common."""
    for _ in range(int(len(rows) * SHARED_PHONES)):
        one, other = chance.sample(range(len(rows)), 2)
        rows[other] = replace(rows[other], phone=rows[one].phone)
