"""Whether need discovery stands as its answers say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadloop.cli.check.finding import Finding, found
from leadloop.foundation.messages import msg


def needs_agree() -> Finding:
    from leadloop.discovery.queries.checking import known, wrong_standings

    count, examples = wrong_standings()
    return found(
        "needs_agree",
        msg("Need discovery stands as its answers say (%(leads)s leads)", leads=known()),
        problem=msg("Not so for %(count)s leads.", count=count) if count else None,
        remedy=msg("This comes from a change past the application. Please report it."),
        examples=examples,
    )


CHECKS: Sequence[Callable[[], Finding]] = (needs_agree,)
