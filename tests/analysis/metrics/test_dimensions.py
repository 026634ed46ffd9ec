"""Calendar units by plain arithmetic, held against Python's own calendar and zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from leadloop.analysis import engine
from leadloop.analysis.metrics.dimensions import CALENDAR, axis
from leadloop.foundation.errors import UsageError

YEARS = (2019, 2027)
DRAW = Random(5)
MOMENTS = [
    datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=DRAW.randrange(8 * 365 * 86_400))
    for _ in range(2000)
]
MOMENTS += [
    datetime(year, month, day, hour, tzinfo=UTC)
    for year in (2020, 2023, 2024, 2026)
    for month, day in ((1, 1), (2, 28), (3, 1), (3, 30), (10, 26), (12, 31))
    for hour in (0, 1, 15, 16, 22, 23)
]
MOMENTS += [datetime(2024, 2, 29, hour, tzinfo=UTC) for hour in (0, 16)]


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
)
def test_units_equal_the_calendar(zone: str) -> None:
    clock = ZoneInfo(zone)
    backend = engine.connect()
    table = engine.load(
        backend, "leads", pa.table({"captured_at": pa.array(MOMENTS, pa.timestamp("us", "UTC"))})
    )
    axes = [axis(name, CALENDAR, zone, YEARS) for name in ("month", "quarter", "week")]
    keys = {one.name: one.group_key(table) for one in axes}
    rows = table.select("captured_at", **keys).to_pyarrow().to_pylist()
    assert len(rows) == len(MOMENTS)
    for row in rows:
        local = row["captured_at"].astimezone(clock)
        year, week, _ = local.isocalendar()
        assert [one.label(row[one.name]) for one in axes] == [
            f"{local:%Y-%m}",
            f"{local.year}-Q{(local.month + 2) // 3}",
            f"{year}-W{week:02}",
        ]


@pytest.mark.parametrize("unit", ["month", "quarter", "week"])
def test_label_finds_its_own_leads(unit: str) -> None:
    backend = engine.connect()
    table = engine.load(
        backend, "leads", pa.table({"captured_at": pa.array(MOMENTS, pa.timestamp("us", "UTC"))})
    )
    one = axis(unit, CALENDAR, "Europe/Berlin", YEARS)
    counts = table.group_by(key=one.group_key(table)).agg(leads=table.count()).order_by("key").limit(40)
    for row in counts.to_pyarrow().to_pylist():
        inside = table.filter(one.among(table, (one.label(row["key"]),)))
        assert inside.count().to_pyarrow().as_py() == row["leads"]


def test_unknown_axis() -> None:
    with pytest.raises(UsageError, match="There are: source, month"):
        axis("colour", ("source", "month"), "UTC")
