"""Keeping the store up to the journal: what it costs, and how soon a change is in the figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadloop.analysis import conversion, funnel
from leadloop.analysis.scope import Scope
from leadloop.cli.bench.figures import in_turn, seconds
from leadloop.foundation.clock import now
from leadloop.foundation.period import Period
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import log_follow_up, move_stage
from leadloop.process.models import Stage
from leadloop.store.refresh import rebuild, refresh
from leadloop.store.snapshots import open_snapshot

CHANGES = 1_000


def freshness(*, rounds: int) -> dict[str, Any]:
    """``next_report``: whether a move is counted by the report that follows it. The rest in ms per round."""
    refresh()
    changing = _open_leads()
    seen = [_move_is_seen() for _ in range(3)]
    found: dict[str, list[float]] = {"warm": [], "writing": [], "after": []}
    for number in range(rounds + 1):
        _report()
        warm = seconds(_report)
        writing = seconds(lambda: _change(changing, CHANGES))
        after = seconds(_report)
        if number:
            for name, value in (("warm", warm), ("writing", writing), ("after", after)):
                found[name].append(value * 1000)
    return {"next_report": all(seen), "changes": CHANGES, **found}


def store(*, rounds: int) -> dict[str, list[float]]:
    """Seconds of building everything from the journal, and of taking in one change."""
    changing = _open_leads()

    def one_change() -> float:
        _change(changing, 1)
        return seconds(refresh)

    (whole,) = in_turn(lambda: seconds(rebuild), rounds=rounds)
    (one,) = in_turn(one_change)
    return {"rebuild": list(whole.values), "one_change": list(one.values)}


def _report() -> None:
    """Both tables of the last whole quarter, with comparison, as the pages ask for them."""
    journeys = open_snapshot().journeys()
    period = Period.containing(journeys.as_of.date(), "quarter").previous()
    scope = Scope(
        as_of=journeys.as_of, period=period, compare=period.previous(), dimensions=(("source",), ("team",))
    )
    conversion(journeys, scope=scope)
    funnel(journeys, scope=scope)


def _open_leads() -> Iterator[Lead]:
    while True:
        yield from Lead.objects.filter(state=State.OPEN).order_by("-id").iterator(1_000)


def _change(leads: Iterator[Lead], count: int) -> None:
    for _ in range(count):
        log_follow_up(lead=next(leads), actor=None, now=now())


def _move_is_seen() -> bool:
    """Whether the funnel counts one more lead at the stage that one was just moved to."""
    lead = Lead.objects.filter(state=State.OPEN, stage__key="screened").order_by("-id").first()
    assert lead is not None
    stage = Stage.objects.get(version=lead.version_id, key="need")
    before = _entered("need")
    move_stage(lead=lead, stage=stage, actor=None, now=now())
    return _entered("need") == before + 1


def _entered(stage: str) -> int:
    snapshot = open_snapshot()
    answer = funnel(snapshot.journeys(), scope=Scope(as_of=snapshot.as_of))
    return next(row.entered for row in answer.rows if row.stage == stage)
