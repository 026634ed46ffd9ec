"""``leadloop analyze`` on a CSV file with history: the whole report, from the command to the written file."""

from __future__ import annotations

from datetime import UTC, datetime

from leadloop.cli.bench.figures import Result, Rounds
from leadloop.cli.bench.files import write_export
from leadloop.cli.bench.workshop import Workshop

TARGETS = {100_000: 8.0, 1_000_000: 60.0}
MEMORY_MB = 4096.0


def measure(shop: Workshop) -> list[Result]:
    export = shop.place / "analyze.csv"
    write_export(export, leads=shop.leads, history=True, today=datetime.now(UTC).date())
    report = shop.place / "report.html"
    words = ("analyze", str(export), "--by", "source,industry+size,team", "-o", str(report))
    # Minutes at a million: three rounds there, the first of them thrown away like everywhere.
    runs = [shop.leadloop(*words, name="analyze") for _ in range(6 if shop.leads <= 200_000 else 3)][1:]
    seconds = Rounds(tuple(run.seconds for run in runs))
    memory = Rounds(tuple(run.peak_mb for run in runs))
    limit = TARGETS.get(shop.leads)
    at_million = shop.leads == 1_000_000
    return [
        Result(
            job="analyze_csv",
            leads=shop.leads,
            database="none",
            value=seconds.median,
            unit="s",
            target=f"<= {limit:g} s" if limit else None,
            met=seconds.median <= limit if limit else None,
            spread=seconds.spread,
        ),
        Result(
            job="analyze_memory",
            leads=shop.leads,
            database="none",
            value=memory.median,
            unit="MB",
            target=f"<= {MEMORY_MB:g} MB" if at_million else None,
            met=memory.median <= MEMORY_MB if at_million else None,
            spread=memory.spread,
        ),
    ]
