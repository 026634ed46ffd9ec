"""The lead list while somebody else's import runs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from leadloop.cli.bench.figures import Result, percentile
from leadloop.cli.bench.files import write_export
from leadloop.cli.bench.jobs.imports import LARGEST, OTHER_LEADS
from leadloop.cli.bench.jobs.list_page import PATHS
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop

IDLE_VISITS = 120
LIMIT = 3.0


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "foreground")
    rows = min(shop.leads, LARGEST)
    export = shop.place / "foreground.csv"
    write_export(export, leads=rows, history=True, today=datetime.now(UTC).date(), first=2 * OTHER_LEADS)
    with shop.serve(copy) as server:
        visitor = Visitor(server.address)
        visitor.sign_in("ops", "demo")
        visit(visitor, list(PATHS))
        idle = visit(visitor, _cycle(IDLE_VISITS))
        busy, errors = _while_importing(shop, copy, str(export), visitor)
    share = percentile(busy, 0.95) / percentile(idle, 0.95)
    return [
        Result(
            job="list_page_p95_during_import",
            leads=shop.leads,
            database=shop.database,
            value=percentile(busy, 0.95) * 1000,
            unit="ms",
            compared_with="the same pages, nothing else running",
            ratio=share,
            target=f"<= {LIMIT:g} x idle",
            met=share <= LIMIT,
            spread=(min(busy) * 1000, max(busy) * 1000),
            yardstick=percentile(idle, 0.95) * 1000,
            note=f"{len(busy):,} pages while {rows:,} rows were imported",
        ),
        Result(
            job="list_page_errors_during_import",
            leads=shop.leads,
            database=shop.database,
            value=float(errors),
            unit="errors",
            target="0",
            met=errors == 0,
        ),
    ]


def _while_importing(shop: Workshop, name: str, path: str, visitor: Visitor) -> tuple[list[float], int]:
    """Seconds of each page, and how many were not answered well, until the import has ended."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            shop.inside("import_file", name=name, path=path)
        except BaseException as error:
            failed.append(error)

    importing = threading.Thread(target=work)
    importing.start()
    taken: list[float] = []
    errors = 0
    while importing.is_alive():
        for page in PATHS:
            try:
                taken.append(visitor.timed(page))
            except (MeasuringFailed, OSError):
                errors += 1
    importing.join()
    if failed:
        raise MeasuringFailed(str(failed[0])) from failed[0]
    return taken, errors


def _cycle(count: int) -> list[str]:
    return [PATHS[number % len(PATHS)] for number in range(count)]
