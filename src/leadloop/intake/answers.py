# ruff: noqa: E501 - tables of words read better in long lines
"""What a cell says about budget, need, authority and time of purchase, in the few answers there are.

Cells that say none of these give nothing: an unread answer is unknown, never a "no".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from leadloop.intake.headers import key_of


def _table(**words: str) -> Mapping[str, str]:
    return MappingProxyType(
        {key_of(text) or text: answer for answer, texts in words.items() for text in texts.split("|")}
    )


_BUDGET = _table(
    named="有预算|已有预算|有|是|有明确预算|预算明确|已立项|已批准|named|yes|approved|budget approved",
    planned="待定|未定|计划中|申请中|预算申请中|规划中|立项中|待批|待审批|planned|pending|tbd|in planning|requested",
    none="无|无预算|没有预算|没有|暂无预算|否|none|no|no budget|not budgeted",
)
_NEED = _table(
    matches="匹配|符合|是|高|完全匹配|需求匹配|高度匹配|matches|match|yes|full|good fit|high|fit",
    partly="部分匹配|部分|部分符合|一般|中|基本匹配|partly|partial|medium|partial fit|partially",
    no="不匹配|不符合|否|低|不满足|需求不匹配|no|no match|mismatch|low|no fit|not a fit|does not match",
)
_AUTHORITY = _table(
    decides="决策人|决策者|有决策权|拍板人|最终决策人|有|是|决策|可拍板|decides|decision maker|yes|economic buyer|approver",
    has_say="参与决策|影响者|影响人|建议者|推荐人|有影响力|有建议权|部分|has a say|influencer|recommender|champion|partly",
    none="无决策权|没有决策权|无|否|无权|none|no authority|no|end user only",
)
_ROLES = _table(
    owner="老板|业主|总经理|董事长|总裁|创始人|企业主|法人|负责人|CEO|owner|founder|president|managing director|boss|general manager",
    technical="技术|技术部|技术总监|技术负责人|工程师|研发|IT|CTO|信息部|technical|engineering|engineer|it manager|technology",
    purchasing="采购|采购部|采购经理|采购负责人|采购总监|供应链|purchasing|procurement|buyer|purchasing manager|sourcing",
    user="使用部门|使用者|用户|业务部门|使用人|user|end user|department|operations",
)
_POSTPONED = frozenset(
    key_of(text) or text
    for text in [
        "暂不",
        "暂不考虑",
        "暂无计划",
        "暂缓",
        "不急",
        "以后再说",
        "搁置",
        "not now",
        "no plans",
        "no plan",
        "on hold",
        "postponed",
        "later",
    ]
)
_AT_ONCE = frozenset(
    key_of(text) or text
    for text in [
        "立即",
        "马上",
        "尽快",
        "立刻",
        "现在",
        "急",
        "紧急",
        "本周",
        "immediately",
        "now",
        "asap",
        "at once",
        "urgent",
        "this week",
    ]
)


def budget_answer(text: str) -> str:
    """``named``, ``planned``, ``none`` or nothing; amounts are read elsewhere."""
    return _BUDGET.get(key_of(text) or text.strip(), "")


def need_answer(text: str) -> str:
    """``matches``, ``partly``, ``no`` or nothing."""
    return _NEED.get(key_of(text) or text.strip(), "")


def authority_answer(text: str) -> str:
    """``decides``, ``has_say``, ``none`` or nothing."""
    return _AUTHORITY.get(key_of(text) or text.strip(), "")


def role_answer(text: str) -> str:
    """``owner``, ``technical``, ``purchasing``, ``user`` or nothing."""
    return _ROLES.get(key_of(text) or text.strip(), "")


def is_postponed(text: str) -> bool:
    """Whether the customer does not want to buy for the time being."""
    return (key_of(text) or text.strip()) in _POSTPONED


_DIGITS = str.maketrans("〇零一二两三四五六七八九", "001223456789")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[t\s].*)?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?(?:份|底|前)?")
_QUARTER = re.compile(r"(?:(\d{4})年?[-\s]?)?(?:q([1-4])|第?([1-4])季度)(?:[\s/-]*(\d{4}))?")
_HALF = re.compile(r"(\d{4})年?(上半年|下半年|h1|h2)")
_YEAR = re.compile(r"(\d{4})年?(?:底|内|底前)?")
_SPAN = re.compile(
    r"(?:未来|within|in|next|<|约)?(?:\d+(?:-|~|到|至|to))?(\d{1,3})个?"
    r"(天|日|周|星期|月|季度|年|days?|weeks?|months?|quarters?|years?)(?:内|以内|之内|左右)?"
)
_DAYS = MappingProxyType({"天": 1, "日": 1, "d": 1, "周": 7, "星": 7, "w": 7})
_MONTHS = MappingProxyType({"月": 1, "m": 1, "季": 3, "q": 3, "年": 12, "y": 12})
_NAMED = MappingProxyType(
    {
        "本月": 0, "当月": 0, "这个月": 0, "thismonth": 0, "下月": 1, "下个月": 1, "nextmonth": 1,
    }
)  # fmt: skip
_QUARTERS = MappingProxyType(
    {"本季度": 0, "这个季度": 0, "thisquarter": 0, "下季度": 1, "下个季度": 1, "nextquarter": 1}
)
_YEARS = MappingProxyType(
    {
        "今年": 0, "年内": 0, "年底": 0, "今年底": 0, "年底前": 0, "本年": 0, "thisyear": 0,
        "明年": 1, "明年底": 1, "nextyear": 1,
    }
)  # fmt: skip


def purchase_day(text: str, *, told: date) -> date | None:
    """The last day of what the cell says; words such as "within 3 months" count from the day they were told."""
    plain = text.strip().lower().translate(_DIGITS)
    if (key_of(text) or text.strip()) in _AT_ONCE:
        return _later(told, days=30)
    plain = re.sub("(?<![上下])半年", "6个月", plain)
    try:
        return _dated(plain) or _from_then(re.sub(r"\s+", "", plain), told)
    except (ValueError, OverflowError):
        return None


def _dated(text: str) -> date | None:
    """A day, a month, a quarter, half a year or a year of the calendar."""
    if found := _DAY.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if (found := _MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
        return _month_end(int(found[1]), int(found[2]))
    if (found := _QUARTER.fullmatch(text)) and (found[1] or found[4]):
        return _month_end(int(found[1] or found[4]), 3 * int(found[2] or found[3]))
    if found := _HALF.fullmatch(text):
        return _month_end(int(found[1]), 6 if found[2] in {"上半年", "h1"} else 12)
    if found := _YEAR.fullmatch(text):
        return _month_end(int(found[1]), 12)
    return None


def _from_then(text: str, told: date) -> date | None:
    if text in _NAMED:
        return _month_end(told.year, told.month + _NAMED[text])
    if text in _QUARTERS:
        return _month_end(told.year, (told.month - 1) // 3 * 3 + 3 + 3 * _QUARTERS[text])
    if text in _YEARS:
        return _month_end(told.year + _YEARS[text], 12)
    if found := _QUARTER.fullmatch(text):
        end = _month_end(told.year, 3 * int(found[2] or found[3]))
        return end if end >= told else _month_end(told.year + 1, end.month)
    if found := _SPAN.fullmatch(text):
        count, unit = int(found[1]), found[2][0]
        return _later(told, days=count * _DAYS.get(unit, 0), months=count * _MONTHS.get(unit, 0))
    return None


def _later(day: date, *, days: int = 0, months: int = 0) -> date:
    if days:
        return day + timedelta(days=days)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month_end(year: int, month: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1990 <= year <= 2200:
        raise ValueError(year)
    return date(year, month, monthrange(year, month)[1])
