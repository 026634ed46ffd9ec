"""The demo company is the same for the same day, and tells the stories that it is there to tell."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadloop.analysis.tables import Kind
from leadloop.cli.demo import company
from leadloop.cli.demo.calendar import WorkingTime, inflow, is_holiday
from leadloop.cli.demo.generate import Generated, generate
from leadloop.cli.demo.names import phones

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def made() -> Generated:
    return generate(today=TODAY)


def ask(made: Generated, question: str) -> list[tuple]:
    with duckdb.connect() as engine:
        engine.register("leads", made.leads)
        engine.register("events", made.events)
        return engine.execute(question).fetchall()


def test_same_day_and_seed_give_the_same_company(made):
    again = generate(today=TODAY)

    assert again.leads.equals(made.leads)
    assert again.events.equals(made.events)


def test_another_seed_gives_another_company(made):
    assert not generate(today=TODAY, seed=1).leads.equals(made.leads)


def test_another_day_moves_the_company_along():
    later = generate(today=date(2027, 3, 1), leads=200)

    captured = later.leads["captured_at"].to_pylist()
    assert max(captured) < datetime(2027, 3, 1, tzinfo=UTC)
    assert min(captured) >= datetime(2026, 2, 28, tzinfo=UTC)


def test_nothing_happens_in_the_future(made):
    # midnight of that day in China
    assert max(made.events["occurred_at"].to_pylist()) < datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_numbers_are_unique_and_count_within_their_year(made):
    numbers = made.leads["number"].to_pylist()

    assert len(set(numbers)) == company.LEADS
    assert numbers[0] == "LX2025100001"
    assert "LX2026100001" in numbers


def test_nothing_precedes_the_capture(made):
    assert ask(
        made, "SELECT count(*) FROM events JOIN leads USING (lead) WHERE occurred_at < captured_at"
    ) == [(0,)]


def test_a_closed_lead_is_only_touched_again_when_reopened(made):
    last: dict[int, str] = {}
    touched = []
    for lead, kind in zip(*(made.events[name].to_pylist() for name in ("lead", "kind")), strict=True):
        if last.get(lead) in {Kind.WON, Kind.LOST, Kind.INVALIDATED} and kind != Kind.REOPENED:
            touched.append(lead)
        last[lead] = kind

    assert touched == []


def test_stages_are_entered_one_after_the_other_but_for_skips_and_returns(made):
    order = {key: number for number, key in enumerate(company.STAGES)}
    moves = made.events.filter(pc.equal(made.events["kind"], Kind.STAGE))
    steps = zip(moves["lead"].to_pylist(), moves["stage"].to_pylist(), strict=True)
    last: dict[int, int] = {}
    jumps = {-1: 0, 1: 0, 2: 0}
    for lead, stage in steps:
        here = order[stage]
        jumps[here - last.get(lead, 0)] += 1
        last[lead] = here

    assert jumps[1] > 20 * jumps[2] > 0
    assert jumps[-1] > 50


def test_every_loss_has_a_reason_and_every_win_an_amount(made):
    bare = "(kind = 'lost' AND reason IS NULL) OR (kind = 'won' AND amount IS NULL)"

    assert ask(made, f"SELECT count(*) FROM events WHERE {bare}") == [(0,)]


def test_all_kinds_of_lives_are_there(made):
    kinds = dict(ask(made, "SELECT kind, count(*) FROM events GROUP BY 1"))

    assert kinds.keys() >= {Kind.WON, Kind.LOST, Kind.REOPENED, Kind.INVALIDATED, Kind.RELEASED}
    assert ask(made, "SELECT count(*) > 50 FROM leads ANTI JOIN events USING (lead)") == [(True,)]


def test_need_discovery_is_the_weak_node(made):
    entered = dict(
        ask(made, "SELECT stage, count(DISTINCT lead) FROM events WHERE kind = 'stage' GROUP BY 1")
    ) | {"captured": company.LEADS}
    passed = {
        stage: entered[after] / entered[stage]
        for stage, after in zip(company.STAGES, company.STAGES[1:], strict=False)
    }

    assert min(passed, key=lambda stage: passed[stage]) == "need"


def test_fairs_are_the_strong_channel(made):
    best = ask(
        made,
        """SELECT channel FROM leads LEFT JOIN (SELECT DISTINCT lead AS won FROM events WHERE kind = 'won')
           ON won = lead GROUP BY 1 ORDER BY count(won) / count(*) DESC LIMIT 1""",
    )

    assert best == [(company.FAIR,)]


def test_the_pilot_answers_faster_than_before(made):
    waited = dict(
        ask(
            made,
            f"""SELECT pilot, median(first - assigned) FROM leads JOIN (
                SELECT lead, min(occurred_at) FILTER (WHERE kind = 'assigned') AS assigned,
                       min(occurred_at) FILTER (WHERE kind = 'followed_up') AS first
                FROM events GROUP BY 1) USING (lead) WHERE team = '{company.PILOT_TEAM}' GROUP BY 1""",
        )
    )

    assert waited[True] < waited[False] / 2


def test_some_fields_are_missing_and_some_registrations_late(made):
    late, blank = ask(
        made,
        """SELECT avg((registered_at - captured_at > INTERVAL 24 HOURS)::INT), avg((industry IS NULL)::INT)
           FROM leads""",
    )[0]

    assert 0.03 < late < 0.08
    assert 0.01 < blank < 0.05


def test_fewer_leads_on_weekends_and_hardly_any_at_the_spring_festival():
    assert inflow(date(2026, 11, 21)) < 0.5 * inflow(date(2026, 11, 18))
    assert inflow(date(2026, 2, 18)) < 0.2 * inflow(date(2026, 3, 11))
    assert is_holiday(date(2026, 10, 1))


def test_phones_lie_in_a_block_that_is_not_given_out(made):
    assert phones(np.arange(3)).tolist() == ["18000000000", "18100000000", "18200000000"]
    assert all(phone[3:7] == "0000" for phone in made.leads["phone"].to_pylist() if phone)


def test_mail_can_reach_nobody(made):
    assert all(mail.endswith(".example") for mail in made.leads["email"].to_pylist() if mail)


def test_working_time_keeps_the_order_and_finds_back():
    clock = WorkingTime(date(2026, 9, 28), date(2026, 11, 1))
    moments = np.array(
        ["2026-09-30T03:00:00", "2026-09-30T23:00:00", "2026-10-03T02:00:00", "2026-10-08T01:30:00"],
        "datetime64[s]",
    )
    line = clock.to_line(moments)

    # 11:00 on the third working day; then the holidays, of which every moment is the next opening.
    assert line[0] == pytest.approx(2 + 2 / 9)
    assert line[1] == line[2] == 3
    assert 3 < line[3] < 3.1
    assert clock.to_instants(line[[0]])[0] == moments[0]
    assert np.isnat(clock.to_instants(np.array([np.nan]))[0])


def test_more_leads_keep_their_shape():
    many = generate(today=TODAY, leads=20_000, chatter=False)

    assert many.leads.num_rows == 20_000
    assert isinstance(many.events, pa.Table)
    assert many.events.filter(pc.equal(many.events["kind"], "followed_up")).num_rows <= 20_000
