"""Whether due moments are those that the journal gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadloop.cli.check.finding import Finding, found
from leadloop.foundation.messages import msg


def clocks_agree() -> Finding:
    from leadloop.clocks.queries.checking import check

    checked = check()
    return found(
        "clocks_agree",
        msg(
            "Due times are those that journal, limits and calendar give (%(leads)s leads)",
            leads=checked.leads,
        ),
        problem=msg("Not so for %(count)s leads.", count=len(checked.wrong)) if checked.wrong else None,
        remedy=msg(
            "The worker computes them again within a minute while it runs. If they stay, please report it."
        ),
        examples=checked.wrong[:5],
    )


def holidays_known() -> Finding:
    """Weekdays alone decide in years whose public holidays are not in the installed package yet."""
    from leadloop.clocks.queries.calendars import last_known_day

    day = last_known_day()
    return Finding(
        "holidays_known",
        msg("Public holidays are known until %(day)s", day=day.isoformat())
        if day
        else msg("No calendar asks for public holidays"),
    )


CHECKS: Sequence[Callable[[], Finding]] = (clocks_agree, holidays_known)
