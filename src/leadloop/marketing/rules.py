"""Trees without cycles, costs by day, tables as people paste them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

from leadloop.foundation.errors import DataError, UsageError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.period import Period

CENT = Decimal("0.01")
MOST_MONEY = Decimal(10) ** 14
MOST_ROWS = 2_000
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)

Parents = Mapping[int, int | None]
"""Channel -> the channel that it is part of."""


def check_parent(parents: Parents, *, channel: int | None, parent: int | None) -> None:
    """Raise :class:`DataError` when ``channel`` would be part of itself below ``parent``."""
    seen: set[int] = set()
    above = parent
    while above is not None and above not in seen:
        if above == channel:
            raise DataError(
                msg("A channel cannot be part of itself, nor of one of its own parts."), field="parent"
            )
        seen.add(above)
        above = parents.get(above)


def subtree(parents: Parents, root: int) -> tuple[int, ...]:
    """``root`` and everything below it. Ends even where somebody wrote a cycle past the program."""
    children: dict[int | None, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found: dict[int, None] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found[one] = None
            waiting += children.get(one, [])
    return tuple(found)


def share(amount: Decimal, start: date, end: date, period: Period | None) -> Decimal:
    """What of ``amount`` for the days from ``start`` to before ``end`` belongs to ``period``; in whole cents.

    The shares of periods that follow each other add up to the amount exactly: each is the difference of
    two cumulated sums, so that no cent is lost or counted twice between them.
    """
    if period is None:
        return amount
    first, last = max(start, period.start), min(end, period.end)
    if last <= first:
        return Decimal("0.00")
    return _until(amount, start, end, last) - _until(amount, start, end, first)


def _until(amount: Decimal, start: date, end: date, day: date) -> Decimal:
    part = amount * (day - start).days / (end - start).days
    return part.quantize(CENT, rounding=ROUND_HALF_EVEN)


def per(cost: Decimal | None, count: int) -> Decimal | None:
    """Cost per lead or deal; none where nothing was spent or nothing came of it."""
    if cost is None or not count:
        return None
    return (cost / count).quantize(CENT, rounding=ROUND_HALF_UP)


def check_days(start: date, end: date) -> None:
    """``end`` is the day after the last."""
    if end <= start:
        raise DataError(msg("The last day is before the first."), field="last_day")
    if start < EARLIEST or end > LATEST:
        raise DataError(msg("Dates lie between 1990 and 2200."), field="start")


def check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0:
        raise DataError(msg("A cost is zero or more, not %(amount)s.", amount=amount), field="amount")
    if amount >= MOST_MONEY:
        raise DataError(msg("%(amount)s is too large.", amount=amount), field="amount")
    if amount % CENT:
        raise DataError(msg("%(amount)s has more than two decimal places.", amount=amount), field="amount")


@dataclass(frozen=True, slots=True)
class PastedCost:
    """One line of a pasted table; with an ``error``, what could not be read."""

    line: int
    text: str
    name: str = ""
    start: date | None = None
    end: date | None = None
    """The day after the last."""
    amount: Decimal | None = None
    note: str = ""
    error: Message | None = None


_HEADINGS = frozenset(
    {"渠道", "活动", "营销活动", "渠道/活动", "渠道或活动", "名称", "来源渠道", "channel", "campaign", "name",
     "channel/campaign", "channel or campaign"}
)  # fmt: skip
_CELLS = re.compile(r"\t|[,，](?=\s)|\s*[;；|]\s*")
_COMMA = re.compile(r"[,，](?!\d{3}(?:\D|$))")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_MONTH = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_MONEY = re.compile(r"^[¥￥$€£]?\s*(-?[\d,]+(?:\.\d+)?)\s*(万|亿)?\s*(?:元|cny|rmb)?$", re.IGNORECASE)
_TIMES = {None: 1, "万": 10_000, "亿": 100_000_000}


def read_pasted(text: str) -> Iterator[PastedCost]:
    """Lines of name, period (or first and last day), amount and note, as a spreadsheet copies them.

    A period is ``2026-06``, ``2026-Q2``, ``2026`` or two days, the last one included.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ROWS:
        raise DataError(msg("At most %(most)s lines at once.", most=MOST_ROWS), field="table")
    for number, line in enumerate(lines, start=1):
        cells = _cells(line)
        if number == 1 and cells[0].casefold() in _HEADINGS:
            continue
        try:
            yield _read(number, line, cells)
        except (DataError, UsageError) as error:
            yield PastedCost(number, line, name=cells[0], error=error.message)


def _cells(line: str) -> list[str]:
    """By tabs as copied from a spreadsheet; else by commas that are not within a number."""
    parts = _CELLS.split(line) if _CELLS.search(line) else _COMMA.split(line)
    return [unicodedata.normalize("NFKC", part).strip().strip('"').strip() for part in parts]


def _read(number: int, line: str, cells: list[str]) -> PastedCost:
    if len(cells) < 3:
        raise DataError(msg("A line has a name, a period and an amount, with tabs or commas between."))
    start, end, used = _period(cells[1], cells[2])
    amount = read_amount(cells[used]) if len(cells) > used else None
    if amount is None:
        raise DataError(msg("The amount is missing."))
    check_amount(amount)
    check_days(start, end)
    if not cells[0]:
        raise DataError(msg("The name of the channel or campaign is missing."))
    note = " ".join(cell for cell in cells[used + 1 :] if cell)
    return PastedCost(number, line, cells[0], start, end, amount, note[:200])


def _period(first: str, second: str) -> tuple[date, date, int]:
    """First day, day after the last, and which cell comes next."""
    start = _day(first)
    if start is None:
        if found := _MONTH.match(first):
            first = f"{found[1]}-{int(found[2]):02}"
        period = Period.parse(first.replace("年", ""))
        return period.start, period.end, 2
    last = _day(second)
    if last is None:
        raise DataError(msg("“%(text)s” is not a day. Write 2026-06-30.", text=second))
    return start, last + timedelta(days=1), 3


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise DataError(msg("“%(text)s” is not a day. Write 2026-06-30.", text=text)) from None


def read_amount(text: str) -> Decimal:
    """``18,000.00``, ``¥18000``, ``1.8万``: exactly, never through a float."""
    found = _MONEY.match(unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise DataError(msg("“%(text)s” is not an amount. Write 18000.00.", text=text), field="amount")
    try:
        return Decimal(found[1].replace(",", "")) * _TIMES[found[2]]
    except InvalidOperation:
        raise DataError(
            msg("“%(text)s” is not an amount. Write 18000.00.", text=text), field="amount"
        ) from None


def overlapping(start: date, end: date, others: Iterable[tuple[date, date]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in others)
