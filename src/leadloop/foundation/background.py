"""Work that nobody waits for gives way to what somebody does."""

from __future__ import annotations

import os

NICENESS = 5
"""A third of the processor for us, if pages want all of it. Not less: on SQLite whoever saves something waits
for the end of our transaction."""


def give_way() -> None:
    """From now on this process takes what pages leave of the processor. There is no way back.

    At the start of the process: on Linux it holds for this thread and those that it starts.
    """
    if hasattr(os, "nice"):
        os.nice(max(NICENESS - os.nice(0), 0))
