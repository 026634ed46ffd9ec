"""What must be true of a lead, as pure functions: used one by one in pages and row by row in imports.

Each raises :class:`DataError` with the field that is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import REGISTER_WITHIN

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
GRADES = ("A", "B", "C")
MOST_MONEY = Decimal(10) ** 14
MOST_TEXT = 10_000
LENGTHS = {
    "number": 64,
    "source_detail": 200,
    "campaign": 120,
    "industry": 120,
    "size": 120,
    "region": 120,
    "competitor": 120,
}

NO_NUMBER = (
    r"^(new|count|filters|columns|export\.\w+)$"
    r"|/(edit|assign|claim|release|move|win|lose|reopen|invalidate|validate|follow-ups/new)$"
    r"|/follow-ups/files(/[\w-]+/remove)?$"
    r"|(^|/)\.{1,2}(/|$)"
)
"""Lead numbers whose page would have the address of another page, or of none (browsers resolve dots)."""

INVALID_BECAUSE = ("test", "wrong_contact", "outside_market", "duplicate", "other")
"""Why a lead is invalid."""


@dataclass(frozen=True, slots=True)
class Step:
    """A move between two stages of one version. ``how``: forward, skip or back."""

    how: str

    @property
    def needs_reason(self) -> bool:
        return self.how != "forward"


def check_captured(captured_at: datetime, now: datetime) -> None:
    check_moment(captured_at, now=now, field="captured_at")


def check_moment(
    moment: datetime,
    *,
    now: datetime,
    field: str,
    not_before: datetime | None = None,
    before_what: Message | None = None,
) -> None:
    """Not before 1990, not in the future, not before what it follows."""
    if moment > now:
        raise DataError(msg("%(moment)s is in the future.", moment=_shown(moment)), field=field)
    if moment < EARLIEST:
        raise DataError(msg("%(moment)s is before 1990.", moment=_shown(moment)), field=field)
    if not_before is not None and moment < not_before:
        what = before_what or msg("the capture of the lead")
        raise DataError(
            msg(
                "%(moment)s is before %(what)s (%(then)s).",
                moment=_shown(moment),
                what=what,
                then=_shown(not_before),
            ),
            field=field,
        )


def check_loss(*, stated: bool, needs_note: bool, note: str) -> None:
    """Lost implies a reason, and a note where the reason alone says nothing."""
    if not stated:
        raise DataError(msg("Choose why the lead was lost."), field="reason")
    if needs_note and not note.strip():
        raise DataError(msg("“Other” needs a note that says why."), field="note")


def check_win(*, amount: Decimal | None) -> None:
    """Won implies an amount; zero is one (a free first delivery)."""
    if amount is None:
        raise DataError(msg("Enter the amount of the deal."), field="amount")
    check_money(amount, field="amount")


def check_money(amount: Decimal, *, field: str) -> None:
    if not amount.is_finite() or amount < 0:
        raise DataError(msg("An amount is zero or more, not %(amount)s.", amount=amount), field=field)
    if amount >= MOST_MONEY:
        raise DataError(msg("%(amount)s is too large.", amount=amount), field=field)


def check_grade(grade: str) -> None:
    if grade and grade not in GRADES:
        raise DataError(msg("A grade is A, B or C, not “%(grade)s”.", grade=grade), field="grade")


def check_currency(currency: str) -> None:
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise DataError(
            msg("“%(currency)s” is not a currency; write CNY, USD, EUR …", currency=currency),
            field="currency",
        )


def check_lengths(values: dict[str, str]) -> None:
    """Not longer than its column, and without numbers that are not kept."""
    privacy.check_texts(values)
    for field, text in values.items():
        most = LENGTHS.get(field, MOST_TEXT)
        if len(text) > most:
            raise DataError(
                msg("At most %(most)s characters; these are %(count)s.", most=most, count=len(text)),
                field=field,
            )


def number_problem(number: str) -> Message:
    return msg(
        "“%(number)s” cannot be a lead number: its page would have no address of its own.", number=number
    )


def check_number(number: str) -> None:
    check_lengths({"number": number})
    if re.search(NO_NUMBER, number):
        raise DataError(number_problem(number), field="number")


def check_step(*, step: Step, reason: str, allowed: bool) -> None:
    """Skips and returns need a reason, and a process that allows them."""
    if not allowed:
        raise DataError(
            msg("This process does not allow to skip stages.")
            if step.how == "skip"
            else msg("This process does not allow to go back."),
            field="stage",
        )
    if step.needs_reason and not reason.strip():
        raise DataError(
            msg("Say why stages are skipped.") if step.how == "skip" else msg("Say why the lead goes back."),
            field="reason",
        )


def step_between(position: int, target: int) -> Step:
    """How the stage at ``target`` is reached from the one at ``position`` (both from 1)."""
    if target == position + 1:
        return Step("forward")
    return Step("skip" if target > position else "back")


def is_late(captured_at: datetime, registered_at: datetime) -> bool:
    """Registered more than 24 hours after the capture."""
    return registered_at - captured_at > REGISTER_WITHIN


def moment_on(day: date, *, zone: str, now: datetime, not_before: datetime) -> datetime:
    """A moment for something of which only the day is known: as late on that day as may be.

    Today is now. The day of what it follows is not before that. Other days count as their end of work.
    """
    evening = datetime.combine(day, time(18), ZoneInfo(zone)).astimezone(UTC)
    midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    end = midnight + timedelta(days=1, microseconds=-1)
    if midnight <= now <= end:
        return now
    return not_before if evening < not_before <= end else evening


def _shown(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
