"""Tasks that run inside the application, each in a process of its own: ``… inside TASK OPTIONS-AS-JSON``."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from leadloop.cli.bench.workshop import tell

TASKS = {
    "load": "loading",
    "count_queries": "pages",
    "leads_to_move": "pages",
    "ready_to_grade": "grading",
    "regrade": "grading",
    "a_token": "capturing",
    "a_form": "capturing",
    "inbox": "capturing",
    "engine": "analysis",
    "freshness": "upkeep",
    "store": "upkeep",
    "assign": "assigning",
    "tell_people": "notices",
    "due_dates": "clocks",
    "sweep_leads": "clocks",
    "sweep_warnings": "warnings",
    "full_desks": "today",
    "leads_to_log": "following_up",
    "import_file": "importing",
    "search_duplicates": "identity",
    "check_while_typing": "identity",
    "open_work_list": "identity",
}
"""Task -> its module in :mod:`.tasks`."""


def main(words: list[str]) -> None:
    from leadloop.cli.application import set_up

    set_up()
    task = getattr(import_module(f"leadloop.cli.bench.tasks.{TASKS[words[0]]}"), words[0])
    tell(task(**json.loads(words[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
