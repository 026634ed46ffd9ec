"""Tasks that run inside the application, each in a process of its own: ``… inside TASK OPTIONS-AS-JSON``."""

from __future__ import annotations

import json
import sys
from typing import Any

from leadloop.cli.bench.workshop import tell


def load(*, leads: int) -> dict[str, float]:
    """The demo company with that many leads; only the follow-ups that stop a clock."""
    import time

    from leadloop.cli import ready
    from leadloop.cli.demo.build import build
    from leadloop.foundation.clock import now

    ready.make_ready()
    started = time.perf_counter()
    build(now=now(), leads=leads, chatter=False)
    return {"seconds": time.perf_counter() - started}


TASKS: dict[str, Any] = {"load": load}


def main(words: list[str]) -> None:
    from leadloop.cli.application import set_up

    set_up()
    tell(TASKS[words[0]](**json.loads(words[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
