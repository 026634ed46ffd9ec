"""What is measured, in the order in which it runs. Each job gives one or more results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from leadloop.cli.bench.figures import Result
from leadloop.cli.bench.workshop import Workshop

Job = Callable[[Workshop], list[Result]]


MODULES = {
    "idle": "idle",
    "demo": "demo",
    "list-page": "list_page",
    "list-with-filter": "filtered_list",
    "search": "search",
    "stage-move": "moves",
    "create": "create",
    "forms": "forms",
    "duplicates": "duplicates",
    "figures": "figures_pages",
    "regrade": "grading",
    "freshness": "freshness",
    "store": "store",
    "analyze": "analyze",
    "assignment": "assignment",
    "notices": "notices",
    "clocks": "clocks",
    "warnings": "warnings",
    "today": "today",
    "follow-up": "follow_up",
    "import": "imports",
    "list-page-during-import": "foreground",
}


def all_jobs() -> Mapping[str, Job]:
    found = {}
    for name, module in MODULES.items():
        found[name] = import_module(f"leadloop.cli.bench.jobs.{module}").measure
    return found
