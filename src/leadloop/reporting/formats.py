"""Values as words, in the reader's language. Nothing here computes; what is unknown is a dash."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from leadloop.analysis.results import Interval
from leadloop.foundation import numbers
from leadloop.foundation.period import Period

DASH = "—"
MINUS = "−"

QUARTERS_ZH = "一二三四"


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def count(value: int | None) -> str:
    return DASH if value is None else numbers.grouped(value)


def whole(value: float) -> str:
    return numbers.grouped(value)


def percent(value: float | None, digits: int = 1) -> str:
    """0.215 -> ``21.5%``. A sliver that rounds to nothing says so: ``<0.1%``."""
    if value is None:
        return DASH
    text = numbers.percent(value, digits)
    if value > 0 and text == numbers.percent(0, digits):
        return "<" + numbers.percent(10.0 ** -(digits + 2), digits)
    return text


def interval(value: Interval | None, digits: int = 1) -> str:
    """(0.191, 0.242) -> ``19.1–24.2%``."""
    if value is None:
        return DASH
    low, high = (numbers.percent(end, digits) for end in value)
    return f"{low.removesuffix('%')}–{high}"


def points(value: float | None, digits: int = 1) -> str:
    """0.012 -> ``+1.2 pp`` or ``+1.2 个百分点``."""
    if value is None:
        return DASH
    return _("%(number)s pp") % {"number": signed(value, digits)}


def points_interval(value: Interval | None, digits: int = 1) -> str:
    if value is None:
        return DASH
    low, high = (signed(end, digits) for end in value)
    return _("%(low)s to %(high)s pp") % {"low": low, "high": high}


def signed(share: float, digits: int = 1) -> str:
    """A difference of fractions in points, with a sign that never stands before a zero: ``+1.2``, ``0.0``."""
    number = numbers.percent(abs(share), digits).removesuffix("%")
    if not number.strip("0."):
        return number
    return ("+" if share > 0 else MINUS) + number


def days(value: float | None) -> str:
    """``5.8 days``; long ones without a fraction."""
    if value is None:
        return DASH
    return _("%(number)s days") % {"number": numbers.grouped(value, 0 if value >= 100 else 1)}


def days_pair(median: float | None, p90: float | None) -> str:
    """``5.8 / 14.2 days``."""
    if median is None or p90 is None:
        return days(median)
    return f"{numbers.grouped(median, 0 if median >= 100 else 1)} / {days(p90)}"


def amount(value: float | None) -> str:
    """Money for reading: 万 and 亿 in Chinese, thousands and millions in English."""
    return DASH if value is None else numbers.compact(value, get_language() or "")


def exact_amount(value: float | None) -> str:
    return "" if value is None else numbers.grouped(value, 2)


def day(value: date) -> str:
    if chinese():
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {value:%B} {value.year}"


def moment(value: datetime, zone: str) -> str:
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def period(value: Period | None) -> str:
    """``June 2026``, ``2026 年 6 月``, ``Q2 2026``, ``1 April 2026 to 30 June 2026``."""
    if value is None:
        return _("all time")
    name = _period_zh(value) if chinese() else _period_en(value)
    return name or _("%(first)s to %(last)s") % {"first": day(value.start), "last": day(value.last_day)}


def _period_en(value: Period) -> str:
    start = value.start
    return {
        "month": f"{start:%B} {start.year}",
        "quarter": f"Q{(start.month + 2) // 3} {start.year}",
        "half": f"H{1 if start.month == 1 else 2} {start.year}",
        "year": f"{start.year}",
    }.get(value.unit, "")


def _period_zh(value: Period) -> str:
    start = value.start
    return {
        "month": f"{start.year} 年 {start.month} 月",
        "quarter": f"{start.year} 年{QUARTERS_ZH[(start.month - 1) // 3]}季度",
        "half": f"{start.year} 年{'上' if start.month == 1 else '下'}半年",
        "year": f"{start.year} 年",
    }.get(value.unit, "")


def joined(parts: list[str]) -> str:
    """``a, b and c`` or ``a、b和c``."""
    if len(parts) < 2:
        return "".join(parts)
    comma = pgettext("between items of a list", ", ")
    last = pgettext("before the last item of a list", " and ")
    return comma.join(parts[:-1]) + last + parts[-1]
