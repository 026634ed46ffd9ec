"""Whether the analysis counts what the tables hold, and whether its own sums add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadloop.cli.check.finding import Finding

CHECKS: Sequence[Callable[[], Finding]] = ()
