"""What a file says about budget, need, authority and time of purchase, as answers to grade by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leadloop.grading.operations import Answers
from leadloop.intake import answers as said
from leadloop.leads import rules

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = (
    "budget", "budget_low", "budget_high", "budget_state", "need_match", "authority", "decision_maker",
    "purchase_time", "intent", "captured_at",
)  # fmt: skip
_SOURCES = COLUMNS[:-1]
_NOTHING = Answers()
_FURTHEST = timedelta(days=3652)


def answers_of(leads: pa.Table) -> list[Answers]:
    """One for each row; ``Answers()`` where the file says nothing that can be read."""
    names = [name for name in COLUMNS if name in leads.column_names]
    if not any(name in _SOURCES for name in names):
        return [_NOTHING] * leads.num_rows
    return [answers_in(row) for row in leads.select(names).to_pylist()]


def answers_in(row: Mapping[str, Any]) -> Answers:
    """The answers of one row, told when the lead was captured."""
    low, high = _budget(row)
    purchase = str(row.get("purchase_time") or "")
    who = str(row.get("decision_maker") or "")
    intent = row.get("intent")
    return Answers(
        budget=_answer(said.budget_answer, row.get("budget_state")),
        budget_low=low,
        budget_high=high,
        need=_answer(said.need_answer, row.get("need_match")),
        authority=_answer(said.authority_answer, row.get("authority")) or _authority(who),
        contact_role=_answer(said.role_answer, who),
        purchase_by=None if not purchase else _day(purchase, _told(row.get("captured_at"))),
        not_now=bool(purchase) and said.is_postponed(purchase),
        intent=int(intent) if intent is not None and 1 <= intent <= 5 else None,
    )


def _answer(read: Callable[[str], str], text: object) -> str:
    return read(str(text)) if text else ""


def _authority(who: str) -> str:
    """The one who runs the business decides; of the other roles only the words themselves tell."""
    return said.authority_answer(who) or ("decides" if said.role_answer(who) == "owner" else "")


def _budget(row: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    low, high = row.get("budget_low"), row.get("budget_high")
    if low is None and high is None:
        low = high = row.get("budget")
    amounts = [_money(low), _money(high)]
    if None not in amounts:
        amounts.sort(key=lambda amount: amount or Decimal(0))
    return amounts[0], amounts[1]


def _money(value: float | None) -> Decimal | None:
    if value is None or not 0 < value < rules.MOST_MONEY:
        return None
    return round(Decimal(str(value)), 2)


def _told(captured: datetime | None) -> datetime:
    return captured or timezone.now()


def _day(text: str, told: datetime) -> date | None:
    return _day_of(text, timezone.localdate(told))


@lru_cache(maxsize=20_000)
def _day_of(text: str, told: date) -> date | None:
    found = said.purchase_day(text, told=told)
    return None if found is None or found - told > _FURTHEST else found


def with_news(known: Answers, told: Answers) -> Answers:
    """What a file says replaces what was known; where it says nothing, that stays."""
    news = {name: value for name, value in asdict(told).items() if value != getattr(_NOTHING, name)}
    if "budget_low" in news or "budget_high" in news:
        # One amount replaces the other as a whole, and names the budget.
        news |= {"budget_low": told.budget_low, "budget_high": told.budget_high, "budget": "named"}
    elif news.get("budget") == "none":
        news |= {"budget_low": None, "budget_high": None}
    return replace(known, **news)
