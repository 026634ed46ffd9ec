from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadloop.intake.date_order import Evidence, decide
from leadloop.intake.dates import NAT, Order, parse_times

ZONE = "Asia/Shanghai"
AFTERNOON = datetime(2026, 6, 3, 14, 5, tzinfo=ZoneInfo(ZONE))
MIDNIGHT = datetime(2026, 6, 3, tzinfo=ZoneInfo(ZONE))


def moment(text: str, order: Order = "day", zone: str = ZONE) -> datetime | None:
    # The second value keeps the column from being of one width, which would take another way.
    times = parse_times(pa.array([text, None, "2020年1月1日"]), order=order, zone=zone)
    assert bool(times.bad[0]) == (times.moments[0] == NAT)
    if times.moments[0] == NAT:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(times.moments[0]))


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-03 14:05",
        "2026-06-03 14:05:00",
        "2026-06-03T14:05:00",
        "2026/6/3 14:05",
        "2026.06.03 14:05",
        "2026年6月3日 14:05",
        "2026年06月03日14时05分",
        "2026年6月3日 14时5分0秒",
        "2026年6月3日下午2点05分",
        "2026/6/3 下午 2:05",
        "2026/6/3 2:05 PM",
        "2026-06-03T14:05:00+08:00",
        "2026-06-03T06:05:00Z",
        "2026-06-03T11:35:00+0530",
        "2026-06-03 14:05:00 UTC+8",
        "3/6/2026 14:05",
        "3.6.2026 14:05",
        "3-Jun-2026 14:05",
        "3 June 2026 2:05 pm",
        "Jun 3, 2026 2:05 PM",
        "Wed, 3 Jun 2026 14:05:00",
        "2026/6/3 14:05 星期三",
        "２０２６/６/３ 14:05",
        "20260603140500",
        "1780466700",
        "1780466700000",
    ],
)
def test_forms_of_a_moment(text: str) -> None:
    assert moment(text) == AFTERNOON


@pytest.mark.parametrize(
    "text", ["2026-06-03", "2026/6/3", "3/6/26", "20260603", "46176", "2026年6月3日", "Jun 3, 2026"]
)
def test_forms_of_a_day(text: str) -> None:
    assert moment(text) == MIDNIGHT
    assert parse_times(pa.array([text]), order="day", zone=ZONE).day_only.tolist() == [True]


def test_serial_of_a_spreadsheet_with_a_time() -> None:
    assert moment("46176.586805555555") == AFTERNOON


def test_month_first() -> None:
    assert moment("6/3/2026 2:05 PM", order="month") == AFTERNOON


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "31/4/2026",
        "soon",
        "12:05",
        "2026-06-03 25:00",
        "2026-06",
        "6/3",
        "123",
        "5",
        "1.5",
    ],
)
def test_no_date(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("text", ["2026-02-30", "2026-06-03 25:00:00", "2026-00-10 10:00"])
def test_no_date_in_a_column_of_one_width(text: str) -> None:
    assert parse_times(pa.array([text]), order="day", zone=ZONE).bad.tolist() == [True]


def test_summer_time_gap_and_repeat() -> None:
    assert moment("2026-03-29 02:30", zone="Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert moment("2026-10-25 02:30", zone="Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


MOMENTS = st.datetimes(min_value=datetime(1992, 1, 1), max_value=datetime(2069, 12, 31))  # noqa: DTZ001


@given(
    st.lists(MOMENTS, min_size=1, max_size=20),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%y %H:%M:%S",
                     "%Y年%m月%d日 %H:%M:%S", "%d %b %Y %I:%M:%S %p", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S"]),
)  # fmt: skip
def test_what_is_written_is_read(moments: list[datetime], form: str) -> None:
    whole = [m.replace(microsecond=0) for m in moments]
    times = parse_times(pa.array([m.strftime(form) for m in whole]), order="day", zone="UTC")
    assert [datetime(1970, 1, 1) + timedelta(microseconds=int(t)) for t in times.moments] == whole  # noqa: DTZ001


@given(st.lists(st.text(max_size=30), max_size=30))
def test_any_text_is_read_or_bad(texts: list[str]) -> None:
    times = parse_times(pa.array(texts, pa.string()), order="day", zone=ZONE)
    assert (times.bad == (times.moments == NAT)).all()


def evidence(*texts: str) -> Evidence:
    found = Evidence()
    found.add(pa.array(texts))
    return found


def test_order_is_proved_by_one_value() -> None:
    assert decide(evidence("3/6/2026", "25/6/2026"), []).order == "day"
    assert decide(evidence("6/3/2026", "6/25/2026"), []).order == "month"
    assert decide(evidence("6/3/2026", "6/25/2026"), []).doubtful is None


def test_order_of_another_column_counts() -> None:
    decision = decide(evidence("6/3/2026"), [evidence("6/25/2026")])
    assert decision.order == "month"
    assert decision.doubtful is None


def test_order_without_proof_is_said_to_be_a_guess() -> None:
    assert decide(evidence("3.6.2026"), []).order == "day"
    assert decide(evidence("6/3/2026 2:05 PM"), []).order == "month"
    assert decide(evidence("6/3/2026"), []).doubtful is not None


def test_contradicting_orders_are_reported() -> None:
    decision = decide(evidence("25/6/2026", "26/6/2026", "6/27/2026"), [])
    assert decision.order == "day"
    assert decision.doubtful is not None
    assert "the month in 1 of its dates" in str(decision.doubtful)


def test_iso_dates_need_no_order() -> None:
    assert not evidence("2026-06-03", "2026/6/3 10:00").relevant
