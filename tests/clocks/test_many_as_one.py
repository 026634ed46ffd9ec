"""The rules for one lead and for many at once are the same rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadloop.clocks import columns, rules
from leadloop.clocks.columns import NEVER, Events, Standings
from leadloop.clocks.limits import GRADES, Times, read
from leadloop.clocks.rules import TIMED, Happened, Plan, Standing
from leadloop.foundation.worktime import Calendar, ElapsedTime, WorkingTime
from leadloop.foundation.worktime.clock import moment, ticks
from leadloop.process import shipped

START = datetime(2026, 2, 2, 1, tzinfo=UTC)
TIMES = [
    Times(WorkingTime(Calendar()), ElapsedTime("Asia/Shanghai")),
    Times(WorkingTime(Calendar(zone="Europe/Berlin", holidays="")), ElapsedTime("Europe/Berlin")),
]
LIMITS = [
    read(shipped.policies()),
    read({**shipped.template("retail_services")["policies"]}),
    read({}),
    read({**shipped.policies(), "pool": {"return_after_days": {"A": 7, "C": 30}, "calendar": "working"}}),
]

moments = st.integers(0, 60 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters))
owners = st.sampled_from([None, 1, 2])


def data_of(kind: str, draw: st.DrawFn) -> dict[str, object]:
    if kind == "followed_up":
        return draw(st.sampled_from([{}, {"automatic": True}]))
    if kind in rules.KIND_OF.values():
        clock, step = draw(st.sampled_from(sorted(rules.BITS)))
        return {"clock": str(clock), "step": str(step), "since": ticks(draw(moments))}
    return {}


@st.composite
def journals(draw: st.DrawFn) -> list[Happened]:
    kinds = ["registered", *draw(st.lists(st.sampled_from(sorted(TIMED - {"registered"})), max_size=12))]
    rows = []
    for kind in kinds:
        owner = draw(owners) if kind in {"registered", "assigned"} else None
        at = draw(moments)
        rows.append(Happened(kind, at, at, owner, owner and owner + 10, data_of(kind, draw)))
    rows = [_of_a_real_contact(row, rows, draw) for row in rows]
    rows.sort(key=lambda row: row.at)
    return [_step_of_a_real_clock(row, rows, draw) for row in rows]


def _of_a_real_contact(row: Happened, rows: list[Happened], draw: st.DrawFn) -> Happened:
    """What takes back a contact has its moment."""
    if row.kind != "taken_back":
        return row
    at = draw(st.sampled_from(rows)).at
    return row._replace(at=at, recorded_at=at)


def _step_of_a_real_clock(row: Happened, rows: list[Happened], draw: st.DrawFn) -> Happened:
    """A step names the start of a clock, which is the moment of another row."""
    if row.kind not in rules.KIND_OF.values() or draw(st.booleans()):
        return row
    return row._replace(data={**row.data, "since": ticks(draw(st.sampled_from(rows)).at)})


standings = st.builds(
    Standing,
    open=st.booleans(),
    owner_id=owners,
    grade=st.sampled_from(["", *GRADES]),
    planned_at=st.none() | moments,
)
cases = st.tuples(journals(), standings, st.integers(0, 3), st.integers(0, 1))


def as_events(cases_: list[tuple[list[Happened], Standing, int, int]]) -> Events:
    rows = [(lead, row) for lead, (journal, *_) in enumerate(cases_) for row in journal]
    steps: dict[tuple[int, str, int], set[str]] = {}
    for lead, row in rows:
        if row.kind in rules.KIND_OF.values():
            key = (lead, row.data["clock"], row.data["since"])
            steps.setdefault(key, set()).add(row.data["step"])
    return Events(
        lead=np.array([lead for lead, _ in rows], np.int64),
        kind=np.array([columns.code_of(row.kind) for _, row in rows], np.int64),
        at=np.array([ticks(row.at) for _, row in rows], np.int64),
        owner=np.array([row.owner_id or 0 for _, row in rows], np.int64),
        team=np.array([row.team_id or 0 for _, row in rows], np.int64),
        automatic=np.array([bool(row.data.get("automatic")) for _, row in rows], bool),
        steps=steps,
    )


def as_standings(cases_: list[tuple[list[Happened], Standing, int, int]]) -> Standings:
    told = [standing for _, standing, *_ in cases_]
    return Standings(
        open=np.array([one.open for one in told], bool),
        owner=np.array([one.owner_id or 0 for one in told], np.int64),
        grade=np.array([GRADES.index(one.grade) if one.grade else -1 for one in told], np.int64),
        planned=np.array([ticks(one.planned_at) if one.planned_at else NEVER for one in told], np.int64),
        group=np.array([2 * limits + times for *_, limits, times in cases_], np.int64),
    )


def back(value: int) -> datetime | None:
    return None if value == NEVER else moment(int(value))


@settings(deadline=None, max_examples=100)
@given(st.lists(cases, max_size=8))
def test_plans_of_many_are_the_plans_of_each(cases_: list[tuple[list[Happened], Standing, int, int]]) -> None:
    events = as_events(cases_)
    groups = [(limits, times) for limits in LIMITS for times in TIMES]
    histories = columns.fold(events, len(cases_))
    many = columns.plan(histories, as_standings(cases_), groups, events)
    for lead, (journal, standing, limits, times) in enumerate(cases_):
        one = rules.plan(rules.fold(journal), standing, LIMITS[limits], TIMES[times])
        found = {name: back(many[name][lead]) for name in columns.MOMENTS}
        assert Plan(**found, steps=int(many["steps"][lead])) == one


@settings(deadline=None, max_examples=100)
@given(st.lists(cases, max_size=8))
def test_first_responses_of_many_are_those_of_each(
    cases_: list[tuple[list[Happened], Standing, int, int]],
) -> None:
    events = as_events(cases_)
    groups = [(limits, times) for limits in LIMITS for times in TIMES]
    found = columns.fold(events, len(cases_)).responses
    due = columns.dues_of(found, as_standings(cases_), groups)
    decided = columns.decided(found, due)
    for lead, (journal, _, limits, times) in enumerate(cases_):
        rows = np.flatnonzero(found.lead == lead)
        one = rules.fold(journal).responses
        assert [
            (
                int(found.owner[row]),
                int(found.team[row]) or None,
                back(found.since[row]),
                back(found.ended[row]),
            )
            for row in rows
        ] == [(each.owner_id, each.team_id, each.since, each.ended_at) for each in one]
        assert [bool(found.followed[row]) for row in rows] == [each.followed for each in one]
        limit = LIMITS[limits].first_due
        if limit is not None:
            assert [back(decided[row]) for row in rows] == [
                rules.decided_at(each, limit.due(TIMES[times], each.since)) for each in one
            ]


@settings(deadline=None, max_examples=100)
@given(journals())
def test_clocks_of_one_lead_follow_each_other_and_at_most_the_last_runs(journal: list[Happened]) -> None:
    responses = rules.fold(journal).responses
    for before, after in pairwise(responses):
        assert before.ended_at is not None
        assert before.since < before.ended_at <= after.since
        assert not before.followed
    assert all(one.ended_at is None or one.ended_at >= one.since for one in responses)
