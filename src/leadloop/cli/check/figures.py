"""Whether the analysis counts what the tables hold, and whether its own sums add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Count

from leadloop.cli.check.finding import Finding, found
from leadloop.foundation.messages import msg
from leadloop.leads.models import COUNTED, Lead

REBUILD = msg("Build the store again from the journal: leadloop check --rebuild")


def store_is_the_journal() -> Finding:
    """Folds the whole journal once more and compares: seconds for each hundred thousand leads."""
    from leadloop.store.checking import check

    differences = check()
    return found(
        "store_is_the_journal",
        msg("The store for analysis says what the journal says"),
        problem=differences[0].message if differences else None,
        remedy=REBUILD,
        examples=tuple(difference.table for difference in differences),
    )


def outcomes_agree() -> Finding:
    """Merged, invalid and withdrawn leads are counted nowhere; the others with the outcome of their page."""
    from leadloop.store.snapshots import open_snapshot

    journeys = open_snapshot().journeys().journeys
    counted = journeys.filter(journeys.excluded.isnull())
    figures = counted.group_by("outcome").agg(leads=counted.count()).to_pyarrow()
    told = dict(zip(figures["outcome"].to_pylist(), figures["leads"].to_pylist(), strict=True))
    rows = Lead.objects.filter(state__in=COUNTED).order_by().values_list("state").annotate(Count("pk"))
    held = {str(state): count for state, count in rows}
    differing = sorted(
        state for state in held.keys() | told.keys() if held.get(state, 0) != told.get(state, 0)
    )
    return found(
        "outcomes_agree",
        msg("As many leads are open, won and lost in the figures as in the lists"),
        problem=msg(
            "They differ: %(states)s.", states=", ".join(_both(state, held, told) for state in differing)
        )
        if differing
        else None,
        remedy=REBUILD,
    )


def _both(state: str, held: dict[str, int], told: dict[str, int]) -> str:
    return f"{state} {held.get(state, 0)} / {told.get(state, 0)}"


def stages_add_up() -> Finding:
    """entered = advanced + lost + still here + went back, at every stage of every process."""
    from leadloop.analysis import Scope, funnel
    from leadloop.store.snapshots import open_snapshot

    snapshot = open_snapshot()
    journeys = snapshot.journeys()
    wrong = []
    for process in journeys.processes:
        answer = funnel(journeys, scope=Scope(as_of=snapshot.as_of, process=process))
        wrong += [
            f"{process}: {row.stage}"
            for row in answer.rows
            if row.entered != row.advanced + (row.lost or 0) + row.open + row.returned
        ]
    return found(
        "stages_add_up",
        msg("At every stage, entered = advanced + lost + still there + went back"),
        problem=msg("Not so at %(count)s stages.", count=len(wrong)) if wrong else None,
        remedy=msg("Please report this: the fold of the journal is wrong."),
        examples=tuple(wrong[:5]),
    )


CHECKS: Sequence[Callable[[], Finding]] = (store_is_the_journal, outcomes_agree, stages_add_up)
