"""Filters and tags that every package's templates may use: ``{% load ui %}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from leadloop.foundation import numbers
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.markup import escaped, joined

register = template.Library()

DASH = "—"
INTERVAL_WIDTH, INTERVAL_HEIGHT = 150, 14


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless ``label`` says what it means."""
    address = static("vendor/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            address,
            name,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


@register.filter
def number(value: Any, places: int = 0) -> str:
    return DASH if value is None or value == "" else numbers.grouped(value, places)


@register.filter
def percent(value: float | None, places: int = 1) -> str:
    return DASH if value is None else numbers.percent(value, places)


@register.filter
def points(value: float | None) -> str:
    """A difference of two rates in percentage points, with its sign."""
    if value is None:
        return DASH
    text = numbers.percent(value).removesuffix("%").replace("-", "−")
    return text if value < 0 else f"+{text}"


@register.filter
def amount(value: Decimal | float | None, currency: str = "CNY") -> str | SafeString:
    """Short, and exact on hover: ``18 万`` in Chinese, ``180 k`` in English."""
    if value is None:
        return DASH
    return _money(value, currency or numbers.HOME, always=False)


def _money(value: Decimal | float, currency: str, *, always: bool) -> SafeString:
    short = numbers.compact_amount(value, currency, get_language() or "", always=always)
    exact = numbers.exact_amount(value, currency)
    return joined(('<span class="num nowrap" title="', escaped(exact), '">', escaped(short), "</span>"))


@register.filter
def sums(values: Iterable[Any]) -> str | SafeString:
    """Amounts of several currencies side by side, each with ``amount`` and ``currency``."""
    found = list(values)
    if not found:
        return "0"
    parts = [_money(one.amount, one.currency, always=len(found) > 1) for one in found]
    return joined(escaped(text) for text in [parts[0], *(x for part in parts[1:] for x in (" · ", part))])


@register.filter
def short_sums(values: Iterable[Any]) -> str:
    """The same as plain text."""
    found, language = list(values), get_language() or ""
    several = len(found) > 1
    return (
        " · ".join(
            numbers.compact_amount(one.amount, one.currency, language, always=several) for one in found
        )
        or "0"
    )


@register.filter
def day(value: datetime | None) -> str:
    return DASH if value is None else timezone.localtime(value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """Date and minute in the reader's zone."""
    return DASH if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day in the reader's zone."""
    return DASH if value is None else timezone.localtime(value).strftime("%H:%M")


@register.filter
def ago(value: datetime | None) -> str | SafeString:
    """Near times in words, far ones as a date; the exact time on hover."""
    if value is None:
        return DASH
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), moment(value), _nearness(local)
    )


def _nearness(local: datetime) -> str:
    days = (timezone.localdate() - local.date()).days
    if days == 0:
        return local.strftime("%H:%M")
    if days == 1:
        return gettext("yesterday")
    if 1 < days < 31:
        return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    if days >= 31 and local.year == timezone.localdate().year:
        return date_format(local, "MONTH_DAY_FORMAT")
    return local.strftime("%Y-%m-%d")


@register.filter
def duration(days: float | None) -> str:
    """Days with one place below ten: ``4.2 days``."""
    if days is None:
        return DASH
    text = numbers.grouped(days, 0 if days >= 10 or float(days).is_integer() else 1)
    return ngettext("%(count)s day", "%(count)s days", 1 if text == "1" else 2) % {"count": text}


@register.filter
def days_short(days: float | None) -> str:
    """Days where there is little room: ``4.2 d``."""
    if days is None:
        return DASH
    text = numbers.grouped(days, 0 if days >= 10 else 1).removesuffix(".0")
    return pgettext("days, short", "%(count)s d") % {"count": text}


@register.filter
def span(value: timedelta | None) -> str:
    """Hours and minutes below a day, days above: ``0:42``, ``3 days``."""
    if value is None:
        return DASH
    if abs(value) >= timedelta(days=1):
        return duration(float(value.days))
    minutes = int(value.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


@register.filter
def initial(name: str | None) -> str:
    return (name or "?").strip()[:1].upper() or "?"


@register.filter
def message(value: Message | str) -> str:
    """A message of a pure package in the reader's language."""
    return value.render(gettext) if isinstance(value, Message) else value


@register.simple_tag
def interval(
    low: float | None,
    value: float | None,
    high: float | None,
    overall: float | None = None,
    top: float = 1.0,
) -> str | SafeString:
    """A rate with its interval on a track from 0 to ``top``, and a line at the overall rate.

    All are fractions. The words beside it carry the figures; this has a label for screen readers.
    """
    if low is None or value is None or high is None:
        return DASH
    scale = INTERVAL_WIDTH / (top or 1.0)
    label = gettext("%(rate)s, 95 %% interval %(low)s to %(high)s") % {
        "rate": numbers.percent(value),
        "low": numbers.percent(low),
        "high": numbers.percent(high),
    }
    line = SafeString("")
    if overall is not None:
        line = format_html(
            '<rect class="interval-overall" x="{}" y="0" width="1.5" height="14"/>',
            _at(overall * scale - 0.75),
        )
    return format_html(
        '<svg class="interval" viewBox="0 0 150 14" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<title>{}</title><rect class="interval-track" y="1" width="150" height="12" rx="2"/>'
        '<rect class="interval-band" x="{}" y="5" width="{}" height="4" rx="2"/>{}'
        '<rect class="interval-value" x="{}" y="2.5" width="3" height="9" rx="1"/></svg>',
        label,
        label,
        _at(low * scale),
        _at(max((high - low) * scale, 2.0)),
        line,
        _at(value * scale - 1.5),
    )


@register.simple_tag
def chart_option(option: Any, name: str) -> SafeString:
    """A chart's option as data beside it; charts.js reads it, nothing is executed."""
    return json_script(option, f"chart-{name}")


@register.simple_tag
def meter(share: float, label: str = "", kind: str = "") -> SafeString:
    """A bar filled to ``share`` of 1."""
    return format_html(
        '<svg class="meter {}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="meter-track" width="100" height="6" rx="2"/>'
        '<rect class="meter-bar" width="{}" height="6" rx="2"/></svg>',
        f"meter-{kind}" if kind else "",
        label or numbers.percent(share),
        _at(min(max(share, 0.0), 1.0) * 100),
    )


def _at(value: float) -> str:
    return f"{max(value, 0.0):.2f}"
