"""Filters of the import pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leadloop.foundation.numbers import grouped

register = template.Library()

_TITLES = {
    "created": _("created"),
    "updated": _("updated"),
    "skipped": _("skipped"),
    "rejected": _("rejected"),
}
_KINDS = {"created": "good", "updated": "info", "rejected": "bad"}


@register.filter
def outcome_title(outcome: str) -> str:
    return str(_TITLES.get(outcome, outcome))


@register.filter
def outcome_kind(outcome: str) -> str:
    return _KINDS.get(outcome, "plain")


@register.filter
def item(values: Mapping[str, Any], key: str) -> Any:
    return values.get(key)


@register.filter
def hundred(share: float | None) -> str:
    """A share as the value of a progress bar, whatever the language writes for a decimal point."""
    return "" if share is None else f"{share * 100:.1f}"


@register.filter
def clock(seconds: float) -> str:
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", round(seconds)) % {"n": round(seconds)}
    minutes = round(seconds / 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


@register.filter
def shown(value: Any) -> str:
    """A parsed cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, int | float | Decimal):
        return grouped(value)
    return str(value)
