"""Importing a file, complete: mapping, validation, duplicates, a report per row; against ``bulk_create``."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from leadloop.cli.bench.figures import Result, Rounds, in_turn, ratio
from leadloop.cli.bench.files import write_export
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.workshop import Workshop

LARGEST = 100_000
"""Rows of a file that goes into an empty database, whatever the run's size: what the targets speak of."""
OTHER_LEADS = 500_000_000
"""Where the numbers of a file begin that shall match nobody in the loaded data set."""
ROUNDS = 5


def measure(shop: Workshop) -> list[Result]:
    rows = min(shop.leads, LARGEST)
    imports = _Imports(shop, rows)
    results = [
        imports.plain(),
        *imports.with_history(),
        imports.into_full(),
        no_silent_loss(shop),
    ]
    if shop.leads > LARGEST:
        memory = next(result for result in results if result.job == "import_memory")
        results.append(large(shop, memory.value or 0.0))
    return results


class _Imports:
    def __init__(self, shop: Workshop, rows: int) -> None:
        self.shop = shop
        self.rows = rows
        self._number = count()
        today = datetime.now(UTC).date()
        self.files = {name: shop.place / f"{name}.csv" for name in ("plain", "history", "other")}
        write_export(self.files["plain"], leads=rows, history=False, today=today)
        write_export(self.files["history"], leads=rows, history=True, today=today)
        write_export(self.files["other"], leads=rows, history=True, today=today, first=OTHER_LEADS)

    def plain(self) -> Result:
        def ours() -> float:
            return self._rate_of(self._into_empty("plain"))

        def bulk_create() -> float:
            name = f"bulk-{next(self._number)}"
            return float(self.shop.inside_bare("load", name=name, rows=self.rows))

        mine, yardstick = in_turn(ours, bulk_create, rounds=ROUNDS)
        share = ratio(mine, yardstick)
        return self._rate(
            "import_without_history",
            mine,
            ">= 0.4 x",
            share >= 0.4,
            "Django bulk_create",
            share,
            yardstick.median,
        )

    def with_history(self) -> list[Result]:
        runs = [self._into_empty("history") for _ in range(ROUNDS + 1)][1:]
        rates = Rounds(tuple(self._rate_of(run) for run in runs))
        wanted = self.shop.database == "sqlite"
        memory = Rounds(tuple(run["memory_mb"] for run in runs))
        return [
            self._rate(
                "import_with_history",
                rates,
                ">= 4000 leads/s" if wanted else None,
                rates.median >= 4000 if wanted else None,
            ),
            *self._steady(runs),
            self._result("import_memory", memory, "MB", "<= 150 MB over idle", memory.median <= 150),
        ]

    def _steady(self, runs: list[dict[str, Any]]) -> list[Result]:
        if runs[0]["first_tenth"] is None:
            return []
        found = Rounds(tuple(run["last_tenth"] / run["first_tenth"] for run in runs))
        met = found.median >= 0.9
        return [self._result("import_last_tenth", found, "x", ">= 0.9 x first tenth", met, "the first tenth")]

    def into_full(self) -> Result:
        loaded = self.shop.loaded()

        def full() -> float:
            name = self.shop.copied(loaded, "import-full")
            done = self.shop.inside("import_file", name=name, path=str(self.files["other"]))
            return self._rate_of(self._checked(done))

        def empty() -> float:
            return self._rate_of(self._into_empty("other"))

        rounds = ROUNDS if self.shop.leads <= LARGEST else 2
        into_full, into_empty = in_turn(full, empty, rounds=rounds)
        share = ratio(into_full, into_empty)
        return self._rate(
            "import_into_full",
            into_full,
            ">= 0.8 x into empty",
            share >= 0.8,
            "the same file into an empty database",
            share,
            into_empty.median,
        )

    def _into_empty(self, file: str) -> dict[str, Any]:
        name = f"import-{next(self._number)}"
        return self._checked(self.shop.inside("import_file", name=name, path=str(self.files[file])))

    def _rate_of(self, done: dict[str, Any]) -> float:
        return float(self.rows / done["seconds"])

    def _checked(self, done: dict[str, Any]) -> dict[str, Any]:
        """A figure of an import that lost rows would be worth nothing."""
        if done["status"] != "done" or done["created"] != self.rows or done["leads"] != self.rows:
            raise MeasuringFailed(f"the import did not create every lead: {done}")
        return done

    def _rate(
        self,
        job: str,
        rates: Rounds,
        target: str | None,
        met: bool | None,
        compared_with: str | None = None,
        share: float | None = None,
        yardstick: float | None = None,
    ) -> Result:
        return Result(
            job=job,
            leads=self.shop.leads,
            database=self.shop.database,
            value=rates.median,
            unit="leads/s",
            compared_with=compared_with,
            ratio=share,
            target=target,
            met=met,
            spread=rates.spread,
            yardstick=yardstick,
            note=f"a file of {self.rows:,} rows",
        )

    def _result(
        self, job: str, found: Rounds, unit: str, target: str, met: bool, compared_with: str | None = None
    ) -> Result:
        return Result(
            job=job,
            leads=self.shop.leads,
            database=self.shop.database,
            value=found.median,
            unit=unit,
            compared_with=compared_with,
            ratio=found.median if unit == "x" else None,
            target=target,
            met=met,
            spread=found.spread,
            note=f"a file of {self.rows:,} rows",
        )


def large(shop: Workshop, smaller: float) -> Result:
    """The memory of one import of as many rows as the run has leads; once, because it takes minutes."""
    export = shop.place / "large.csv"
    write_export(export, leads=shop.leads, history=True, today=datetime.now(UTC).date())
    done = shop.inside("import_file", name="import-large", path=str(export))
    share = done["memory_mb"] / smaller
    return Result(
        job="import_memory_large_file",
        leads=shop.leads,
        database=shop.database,
        value=done["memory_mb"],
        unit="MB",
        compared_with=f"a file of {LARGEST:,} rows",
        ratio=share,
        target="<= 1.3 x",
        met=share <= 1.3 and done["created"] == shop.leads,
        yardstick=smaller,
        note=f"one run, {shop.leads / done['seconds']:,.0f} leads/s",
    )


def no_silent_loss(shop: Workshop) -> Result:
    """Every row of a bad file is created, updated, skipped, joined or rejected with a reason."""
    rows = min(shop.leads, 10_000)
    good, bad = shop.place / "good.csv", shop.place / "bad.csv"
    write_export(good, leads=rows, history=True, today=datetime.now(UTC).date())
    written = spoil(good, bad)
    done = shop.inside("import_file", name="import-bad", path=str(bad))
    accounted = sum(done[name] for name in ("created", "updated", "skipped", "joined", "rejected"))
    exact = (
        done["status"] == "done"
        and written == done["rows_read"] == accounted
        and done["created"] == done["leads"]
        and done["told"] >= done["rejected"] > 0
    )
    return Result(
        job="import_no_silent_loss",
        leads=shop.leads,
        database=shop.database,
        value=float(written - accounted),
        unit="rows lost",
        target="0, each rejected row with a reason",
        met=exact,
        note=", ".join(f"{name} {done[name]:,}" for name in ("rows_read", "created", "skipped", "rejected")),
    )


SPOILT: tuple[Callable[[list[str], list[str]], list[str]], ...] = (
    lambda row, before: [*row[:2], "not a date", *row[3:]],
    lambda row, before: [before[0], *row[1:]],
    lambda row, before: ["", *row[1:]],
    lambda row, before: [*row[:2], "", *row[3:12], *[""] * (len(row) - 12)],
    lambda row, before: [*row[:2], "1970-01-01 00:00:00", *row[3:]],
    lambda row, before: [*row[:5], "no phone", "no mail", *row[7:]],
    lambda row, before: [*row[:2], row[2], "=cmd|' /C calc'!A0", *row[4:]],
    lambda row, before: row[:5],
    lambda row, before: [*row[:-3], "a lot", *row[-2:]],
)
"""What happens to rows of sheets that people keep by hand, each to every seventieth row or so."""


def spoil(good: Path, bad: Path) -> int:
    """Write ``good`` again with many things wrong; gives the number of rows."""
    with (
        good.open(encoding="utf-8", newline="") as source,
        bad.open("w", encoding="utf-8", newline="") as target,
    ):
        reader, writer = csv.reader(source), csv.writer(target)
        writer.writerow(next(reader))
        before: list[str] = []
        number = 0
        for number, row in enumerate(reader, start=1):
            kind = number % 70
            writer.writerow(SPOILT[kind](row, before) if before and kind < len(SPOILT) else row)
            before = row
    return number
