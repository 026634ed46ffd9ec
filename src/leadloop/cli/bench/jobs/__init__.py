"""What is measured, in the order in which it runs. Each job gives one or more results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leadloop.cli.bench.figures import Result
from leadloop.cli.bench.workshop import Workshop

Job = Callable[[Workshop], list[Result]]


def all_jobs() -> Mapping[str, Job]:
    from leadloop.cli.bench.jobs import (
        analyze,
        figures_pages,
        foreground,
        freshness,
        idle,
        imports,
        list_page,
        moves,
        store,
    )

    return {
        "idle": idle.measure,
        "list-page": list_page.measure,
        "stage-move": moves.measure,
        "figures": figures_pages.measure,
        "freshness": freshness.measure,
        "store": store.measure,
        "analyze": analyze.measure,
        "import": imports.measure,
        "list-page-during-import": foreground.measure,
    }
