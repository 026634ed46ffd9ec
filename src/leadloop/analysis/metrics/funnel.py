"""The funnel: per stage entered, advanced, lost, still here, returned; loss reasons; dwell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from leadloop.analysis.asking import Short, scope_of
from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.newcombe import newcombe
from leadloop.analysis.methods.wilson import wilson
from leadloop.analysis.metrics import dwell, excluded, steps, warnings
from leadloop.analysis.metrics.steps import Step
from leadloop.analysis.results import Funnel, FunnelRow, Interval, Reason
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import CANONICAL, Stage

SMALL = 20
"""Below this many entries a rate is greyed, and the stage cannot be the worst one."""
TOP_REASONS = 3


def funnel(journeys: Journeys, *, scope: Scope | None = None, **short: Unpack[Short]) -> Funnel:
    """One row per stage of the scope's process; of the canonical steps when it names none of several.

    Basis cohort: leads captured in the period, each counted once a stage by its last visit there, as it
    stands now. Basis activity: for each stage the leads that first reached it in the period. In both,
    entered = advanced + lost + open + returned; a skipped stage counts as entered and advanced, having won as
    advanced. Formulas: :mod:`leadloop.analysis.catalogue`. Raises :class:`UsageError` for a filter that
    does not exist.
    """
    asked = scope_of(scope, journeys.as_of, short)
    journeys = stepped(journeys.at(asked.as_of), asked)
    asked = replace(asked, as_of=journeys.as_of, dimensions=())
    stages = stages_of(journeys, asked)
    counts = steps.counted_steps(journeys, asked, len(stages))
    lasting = dwell.dwell(journeys, asked, len(stages))
    rows: list[FunnelRow] = []
    for stage, now, before in zip(stages, counts.period, counts.compare, strict=True):
        cumulative = _cumulative(rows, now, counts.period[0], asked)
        rows.append(
            _row(stage, now, before if asked.compare else None, lasting.get(stage.position), cumulative)
        )
    people = counts.period[0].entered if counts.period else 0
    return Funnel(
        population=excluded.population(journeys, asked, people),
        rows=tuple(rows),
        worst=_worst(rows),
        warnings=warnings.of_funnel(asked, tuple(rows), journeys.canonical),
    )


def stepped(journeys: Journeys, scope: Scope) -> Journeys:
    """The journeys by the stages of one process, or by the canonical steps where several are counted
    together.
    """
    several = scope.process is None and len(journeys.processes) > 1
    return journeys.on_canonical_steps() if several else journeys


def stages_of(journeys: Journeys, scope: Scope) -> tuple[Stage, ...]:
    if journeys.canonical:
        return tuple(
            Stage(process="", key=key, position=i, name=key, canonical=i, won=i == len(CANONICAL))
            for i, key in enumerate(CANONICAL, start=1)
        )
    process = scope.process if scope.process is not None else journeys.processes[0]
    own = sorted((one for one in journeys.stages if one.process == process), key=lambda one: one.position)
    if own and not any(stage.won for stage in own):
        own[-1] = replace(own[-1], won=True)
    return tuple(own)


def _cumulative(rows: Sequence[FunnelRow], now: Step, first: Step, scope: Scope) -> float | None:
    """Share of the leads at the top that came this far; by activity, the product of the conversions on the
    way.
    """
    if scope.basis == "cohort":
        return now.entered / first.entered if first.entered else None
    if not rows:
        return 1.0 if now.entered else None
    last = rows[-1]
    return None if last.cumulative is None or last.conversion is None else last.cumulative * last.conversion


def _row(
    stage: Stage, now: Step, before: Step | None, lasting: dwell.Dwell | None, cumulative: float | None
) -> FunnelRow:
    nothing_lost = stage.won or (stage.position == 1 and not now.lost and not now.open)
    loss_rate = now.lost / now.entered if now.entered and not nothing_lost else None
    change, interval, before_rate = _change(now, before) if not nothing_lost else (None, None, None)
    return FunnelRow(
        stage=stage.key,
        position=stage.position,
        entered=now.entered,
        advanced=now.advanced,
        lost=None if nothing_lost else now.lost,
        open=now.open,
        returned=now.returned,
        skipped=now.skipped,
        loss_rate=loss_rate,
        loss_interval=None if nothing_lost else wilson(now.lost, now.entered),
        conversion=now.onward / now.entered if now.entered and not stage.won else None,
        cumulative=cumulative,
        dwell_median_days=lasting.median_days if lasting and not stage.won else None,
        dwell_p90_days=lasting.p90_days if lasting and not stage.won else None,
        top_reasons=_top(now),
        small=now.entered < SMALL,
        compare_entered=before.entered if before else None,
        compare_loss_rate=before_rate,
        loss_change=change,
        loss_change_interval=interval,
        loss_change_clear=not interval[0] <= 0 <= interval[1] if interval else None,
    )


def _change(now: Step, before: Step | None) -> tuple[float | None, Interval | None, float | None]:
    """(change of the loss rate, its interval, the rate before)."""
    if before is None or not before.entered:
        return None, None, None
    rate_before = before.lost / before.entered
    if not now.entered:
        return None, None, rate_before
    interval = newcombe(now.lost, now.entered, before.lost, before.entered)
    return now.lost / now.entered - rate_before, interval, rate_before


def _top(now: Step) -> tuple[Reason, ...]:
    ranked = sorted(now.reasons.items(), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    return tuple(Reason(reason, count, count / now.lost) for reason, count in ranked[:TOP_REASONS])


def _worst(rows: Sequence[FunnelRow]) -> str | None:
    known = [row for row in rows if row.loss_rate and row.entered >= SMALL]
    return max(known, key=lambda row: row.loss_rate or 0.0).stage if known else None
