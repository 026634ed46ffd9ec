"""Dates and times as found in files, to moments in UTC; whole columns at a time.

A value is taken apart into its runs of digits and the *shape* around them
(``2026/6/3 14:05`` has the shape ``0/0/0 0:0``). A column has few shapes; what
each means is decided once, and the digits are then computed for all values at
once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Order = Literal["day", "month"]
"""Which comes first in 3/6/2026."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NAT = np.iinfo(np.int64).min
"""No moment, in the integer form of a time."""
DAY = 86_400_000_000
_RUNS = 9
_POWERS = 10 ** np.arange(19, dtype=np.int64)

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_LONG_MONTHS = sorted(_MONTHS, key=len, reverse=True)
_MONTH = "|".join(_LONG_MONTHS)
_WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|[,\s]*[(（]?(?:星期|周)[一二三四五六日天][)）]?\s*",
    re.IGNORECASE,
)
_TIME = (
    r"(?P<time>[t,\s]*(?P<half>am|pm|a\.m\.|p\.m\.|上午|下午|早上|凌晨|中午|晚上)?\s*"
    r"0[:时点]0(?:(?::|分)0秒?|分)?(?P<fraction>[.,]0)?\s*(?P<half2>am|pm|a\.m\.|p\.m\.)?)?"
)
_ZONE = r"\s*(?P<zone>z|utc|gmt|[+-]0(?::0)?|(?:gmt|utc)[+-]0(?::0)?)?$"
_SHAPES = tuple(
    (kind, re.compile("^" + pattern + _TIME + _ZONE, re.IGNORECASE))
    for kind, pattern in (
        ("year_first", r"0年0月0[日号]?"),
        ("numeric", r"0(?P<mark>[/.\-])0(?P=mark)0"),
        ("day_month", rf"0(?:st|nd|rd|th)?[\s\-/.]*(?P<month>{_MONTH})[.,]?[\s\-/,]*0"),
        ("month_day", rf"(?P<month>{_MONTH})\.?\s*0(?:st|nd|rd|th)?,?\s+0"),
        ("year_month_name", rf"0[\s\-/](?P<month>{_MONTH})[\s\-/]0"),
    )
)
_LATE = frozenset(("pm", "p.m.", "下午", "晚上", "中午"))


@dataclass(frozen=True, slots=True)
class Times:
    """``moments`` are microseconds since 1970 in UTC or NAT; ``bad`` values are there but cannot be read."""

    moments: Ints
    bad: Bools
    day_only: Bools
    """No time of day given: the moment is midnight."""


class _Layout(NamedTuple):
    """What the runs of a shape mean. ``first`` is the order of the first three: ymd, any (decided by length
    and column), dm, md with the month's name in ``month``, or number."""

    first: str
    month: int = 0
    hour: int = 0
    """Index of the run with the hour, 0 if there is none."""
    clock_runs: int = 0
    fraction: bool = False
    half: str = ""
    zone: str = ""
    """Empty, ``z``, or sign and index of the run with the hours of the offset."""
    zone_minutes: bool = False


class Runs(NamedTuple):
    """Numbers and lengths of the first runs of digits of each value, and its shape."""

    numbers: Ints
    lengths: Ints
    shapes: pa.DictionaryArray


def parse_times(values: pa.Array, *, order: Order, zone: str) -> Times:
    """Parse a string array. ``order`` says what 3/6/2026 means; ``zone`` is that of values that name none."""
    size = len(values)
    moments, day_only = np.full(size, NAT, np.int64), np.zeros(size, np.bool_)
    filled = values.is_valid().to_numpy(zero_copy_only=False)
    if not filled.any():
        return Times(moments, np.zeros(size, np.bool_), day_only)
    fixed = _fixed_width(values)
    if fixed is not None:
        moments[filled] = _known_to_utc(fixed, zone)
        day_only[filled] = len(values.drop_null()[0].as_py()) == 10
        return Times(moments, filled & (moments == NAT), day_only)
    runs = take_apart(values)
    codes = runs.shapes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    zoned = np.zeros(size, np.bool_)
    for code, shape in enumerate(runs.shapes.dictionary.to_pylist()):
        layout = layout_of(shape)
        if layout is None:
            continue
        rows = np.flatnonzero(codes == code)
        part = Runs(runs.numbers[rows], runs.lengths[rows], runs.shapes)
        moments[rows], day_only[rows], absolute = _compute(part, layout, order)
        zoned[rows] = absolute | bool(layout.zone)
    moments[~zoned] = _known_to_utc(moments[~zoned], zone)
    return Times(moments, filled & (moments == NAT), day_only)


_FIXED = {10: "0000-00-00", 16: "0000-00-00 00:00", 19: "0000-00-00 00:00:00"}


def _fixed_width(values: pa.Array) -> Ints | None:
    """Local moments of the values that are there, if all are written as 2026-06-03 14:05:00, or shorter.

    By far the most common form in exports, and ten times faster than taking values apart.
    """
    present = values.drop_null()
    lengths = np.unique(pc.binary_length(present).to_numpy(zero_copy_only=False))
    if len(lengths) != 1 or int(lengths[0]) not in _FIXED or values.type != pa.string():
        return None
    width = int(lengths[0])
    start = np.frombuffer(present.buffers()[1], np.int32)[present.offset]
    raw = np.frombuffer(present.buffers()[2], np.uint8)[start : start + width * len(present)].reshape(
        -1, width
    )
    pattern = np.frombuffer(_FIXED[width].encode(), np.uint8)
    digits = pattern == 48
    numbers = raw - np.uint8(48)
    marks = raw[:, ~digits]
    if (numbers[:, digits] > 9).any() or not _same_marks(marks, pattern[~digits]):
        return None
    wide = numbers.astype(np.int64)
    two = [wide[:, at] * 10 + wide[:, at + 1] for at in range(width - 1) if digits[at] and digits[at + 1]]
    days, good = civil_days(two[0] * 100 + two[2], two[3], two[4])
    moments = days * DAY
    if width > 10:
        seconds = two[7] if width == 19 else np.zeros(len(wide), np.int64)
        good &= (two[5] < 24) & (two[6] < 60) & (seconds < 60)
        moments += ((two[5] * 60 + two[6]) * 60 + seconds) * 1_000_000
    return np.where(good, moments, NAT)


def _same_marks(marks: npt.NDArray[np.uint8], pattern: npt.NDArray[np.uint8]) -> bool:
    """``-`` or ``/`` in the date, a blank or ``T`` before the time."""
    allowed = {ord("-"): b"-/", ord(" "): b" T", ord(":"): b":"}
    return all(
        np.isin(marks[:, at], np.frombuffer(allowed[int(mark)], np.uint8)).all()
        for at, mark in enumerate(pattern)
    )


def _known_to_utc(local: Ints, zone: str) -> Ints:
    out = local.copy()
    known = local != NAT
    out[known] = to_utc(local[known], zone)
    return out


def take_apart(values: pa.Array) -> Runs:
    """Runs of digits and shapes; works on the bytes of all values at once."""
    values = _flat(values)
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    offsets = offsets.astype(np.int64)
    data = values.buffers()[2]
    raw = (
        np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.zeros(0, np.uint8)
    )
    offsets = offsets - offsets[0]
    digit = (raw >= 48) & (raw <= 57)
    begins = digit.copy()
    begins[1:] &= ~digit[:-1]
    inner = offsets[(offsets > 0) & (offsets < len(raw))]
    begins[inner] = digit[inner]
    starts = np.flatnonzero(begins)
    numbers, lengths = _run_values(raw, digit, begins, starts, inner)
    first = np.searchsorted(starts, offsets)
    shapes = _shapes(raw, digit, begins, offsets, values)
    return Runs(_first_runs(numbers, first), _first_runs(lengths, first), shapes)


def _flat(values: pa.Array) -> pa.Array:
    """Digits of full width become plain; without them the values stay as they are."""
    if values.type != pa.string():
        values = values.cast(pa.string())
    if pc.any(pc.match_substring_regex(values, "[０-９：／－]")).as_py():
        values = pc.utf8_normalize(values, form="NFKC")
    return values


def _run_values(
    raw: npt.NDArray[np.uint8], digit: Bools, begins: Bools, starts: Ints, inner: Ints
) -> tuple[Ints, Ints]:
    if not len(starts):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    positions = np.flatnonzero(digit)
    run = np.cumsum(begins[positions]) - 1
    lengths = np.bincount(run, minlength=len(starts)).astype(np.int64)
    left = np.clip(starts[run] + lengths[run] - 1 - positions, 0, 18)
    weighted = (raw[positions].astype(np.int64) - 48) * _POWERS[left]
    numbers = np.add.reduceat(weighted, np.flatnonzero(begins[positions]))
    numbers[lengths > 18] = -1
    return numbers, lengths


def _first_runs(values: Ints, first: Ints) -> Ints:
    """Matrix with a row per value and its first runs, 0 where there are fewer."""
    counts = np.diff(first)
    index = first[:-1, None] + np.arange(_RUNS)
    present = np.arange(_RUNS) < counts[:, None]
    padded = np.append(values, 0)
    return np.where(present, padded[np.minimum(index, len(values))], 0)


def _shapes(
    raw: npt.NDArray[np.uint8], digit: Bools, begins: Bools, offsets: Ints, values: pa.Array
) -> pa.DictionaryArray:
    keep = ~digit | begins
    text = np.where(begins, np.uint8(48), raw)[keep]
    ends = np.concatenate([[0], np.cumsum(keep)])[offsets].astype(np.int32)
    validity = pc.if_else(values.is_valid(), True, None).buffers()[1] if values.null_count else None
    shapes = pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(text), validity)
    if values.null_count:
        shapes = pc.if_else(values.is_valid(), shapes, None)
    return shapes.dictionary_encode()


@lru_cache(maxsize=10_000)
def layout_of(shape: str) -> _Layout | None:
    """What a shape means, or None if it is not that of a date."""
    text = _WEEKDAY.sub(" ", shape.strip()).strip()
    if text in ("0", "0.0"):
        return _Layout("number", fraction=text == "0.0")
    for kind, pattern in _SHAPES:
        found = pattern.match(text)
        if found:
            return _layout(kind, found)
    return None


def _layout(kind: str, found: re.Match[str]) -> _Layout:
    month = _MONTHS[found["month"].lower()] if "month" in found.re.groupindex else 0
    date_runs = 2 if month else 3
    fraction = found["fraction"] is not None
    clock = (found["time"] or "").count("0") - fraction
    zone = (found["zone"] or "").lower().replace("utc", "").replace("gmt", "")
    named = bool(found["zone"])
    sign = f"{zone[0]}{date_runs + clock + fraction}" if zone[:1] in "+-" and zone else ("z" if named else "")
    half = (found["half"] or found["half2"] or "").lower()
    first = {
        "year_first": "ymd",
        "numeric": "any",
        "day_month": "dm",
        "month_day": "md",
        "year_month_name": "yd",
    }[kind]
    return _Layout(
        first,
        month,
        date_runs if clock else 0,
        clock,
        fraction,
        half,
        sign,
        zone_minutes=zone.count("0") == 2,
    )


def _compute(runs: Runs, layout: _Layout, order: Order) -> tuple[Ints, Bools, Bools]:
    """Moments (local where the layout names no zone), whether only a day is given, whether already in UTC."""
    if layout.first == "number":
        return _bare_numbers(runs, fraction=layout.fraction)
    year, month, day = _date_parts(runs, layout, order)
    days, good = civil_days(year, month, day)
    clock, clock_good = _clock(runs, layout)
    moments = days * DAY + clock
    if layout.zone and layout.zone != "z":
        at = int(layout.zone[1:])
        minutes = _offset_minutes(runs, at, separate=layout.zone_minutes)
        moments -= minutes * 60_000_000 * (1 if layout.zone[0] == "+" else -1)
    none = np.zeros(len(moments), np.bool_)
    return np.where(good & clock_good, moments, NAT), none | (layout.hour == 0), none


def _date_parts(runs: Runs, layout: _Layout, order: Order) -> tuple[Ints, Ints, Ints]:
    a, b, c = runs.numbers[:, 0], runs.numbers[:, 1], runs.numbers[:, 2]
    named = np.full(len(a), layout.month, np.int64)
    if layout.first == "dm":
        swapped = runs.lengths[:, 0] == 4
        return _century(np.where(swapped, a, b)), named, np.where(swapped, b, a)
    if layout.first == "md":
        return _century(b), named, a
    if layout.first == "yd":
        return _century(a), named, b
    year_first = (runs.lengths[:, 0] == 4) if layout.first == "any" else np.ones(len(a), np.bool_)
    # 26/6/3: two digits everywhere. A first number over 31 can only be a year.
    year_first |= (runs.lengths[:, 2] <= 2) & (a > 31)
    day, month = (a, b) if order == "day" else (b, a)
    return (
        _century(np.where(year_first, a, c)),
        np.where(year_first, b, month),
        np.where(year_first, c, day),
    )


def _century(year: Ints) -> Ints:
    return np.where(year < 70, year + 2000, np.where(year < 100, year + 1900, year))


def civil_days(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Bools]:
    """Days since 1970 and whether the date exists."""
    good = (year >= 1000) & (year <= 9998) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + np.where(good, day, 1) - 1, good & (day <= length)


def _clock(runs: Runs, layout: _Layout) -> tuple[Ints, Bools]:
    """Microseconds since midnight."""
    size = len(runs.numbers)
    if not layout.hour:
        return np.zeros(size, np.int64), np.ones(size, np.bool_)
    hour, minute = runs.numbers[:, layout.hour], runs.numbers[:, layout.hour + 1]
    second = runs.numbers[:, layout.hour + 2] if layout.clock_runs > 2 else np.zeros(size, np.int64)
    good = (hour <= 24) & (minute < 60) & (second <= 60)
    if layout.half:
        late = layout.half in _LATE
        hour = np.where(hour == 12, 12 if late else 0, hour + 12 * (late & (hour < 12)))
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000
    if layout.fraction:
        at = layout.hour + layout.clock_runs
        digits = runs.lengths[:, at]
        micros += (runs.numbers[:, at] * 10.0 ** (6 - digits)).astype(np.int64)
    return micros, good


def _offset_minutes(runs: Runs, at: int, *, separate: bool) -> Ints:
    hours = runs.numbers[:, at]
    if separate:
        return hours * 60 + runs.numbers[:, at + 1]
    return np.where(runs.lengths[:, at] > 2, hours // 100 * 60 + hours % 100, hours * 60)


def _bare_numbers(runs: Runs, *, fraction: bool) -> tuple[Ints, Bools, Bools]:
    """20260603, 20260603140500, seconds or milliseconds since 1970, days since 1900 as spreadsheets count."""
    number, length = runs.numbers[:, 0], runs.lengths[:, 0]
    part = runs.numbers[:, 1] / 10.0 ** runs.lengths[:, 1] if fraction else np.zeros(len(number))
    moments = np.full(len(number), NAT, np.int64)
    serial = (length <= 5) & (number >= 20_000) & (number < 80_000)
    seconds = np.round((number[serial] - 25_569 + part[serial]) * 86_400)
    moments[serial] = seconds.astype(np.int64) * 1_000_000
    compact = length == 8
    clock = length == 14
    date = np.where(clock, number // 1_000_000, number)
    days, good = civil_days(date // 10_000, date // 100 % 100, date % 100)
    time = np.where(clock, number % 1_000_000, 0)
    micros = (time // 10_000 * 3600 + time // 100 % 100 * 60 + time % 100) * 1_000_000
    whole = (compact | clock) & good & ~(np.bool_(fraction) & compact)
    moments[whole] = (days * DAY + micros)[whole]
    epoch = (length == 10) & (number > 500_000_000)
    moments[epoch] = number[epoch] * 1_000_000
    millis = (length == 13) & (number > 500_000_000_000)
    moments[millis] = number[millis] * 1000
    return moments, compact | (serial & (part == 0)), epoch | millis


def to_utc(local: Ints, zone: str) -> Ints:
    """Wall-clock microseconds of ``zone`` to UTC. A moment that summer time leaves out counts as the first
    after it, one that it repeats as the first of the two."""
    if not len(local) or zone == "UTC":
        return local
    naive = pa.array(local, pa.timestamp("us"))
    aware = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="latest")
    moments: Ints = aware.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return moments


def check_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def as_timestamps(moments: Ints) -> pa.Array:
    return pa.array(moments, pa.int64(), mask=moments == NAT).cast(pa.timestamp("us", tz="UTC"))
