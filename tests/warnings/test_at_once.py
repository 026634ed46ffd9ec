"""Several workers at once, and people who work meanwhile."""

from __future__ import annotations

from functools import partial

import pytest
from tests.assignment.desk import at_once
from tests.cast import Cast
from tests.factories import NOW
from tests.warnings.things import a_worked_lead, contact, days

from leadloop.notices.models import Notice
from leadloop.warnings.models import Alert
from leadloop.warnings.operations import look, sweep, sweeping

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]
THEN = NOW + days(15)


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: THEN)
    monkeypatch.setattr(sweeping, "CHUNK", 3)


def test_four_workers_write_each_warning_once_and_tell_of_it_once(cast: Cast) -> None:
    sweep(now=NOW)
    leads = [a_worked_lead(cast.owner, grade="C") for _ in range(10)]

    answers = at_once([partial(sweep, now=THEN)] * 4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    open_ones = Alert.objects.filter(rule="silent", ended_at=None)
    assert sorted(open_ones.values_list("lead_id", flat=True)) == sorted(lead.pk for lead in leads)
    sweep(now=THEN)
    assert not Alert.objects.filter(told=False, ended_at=None).exists()
    keys = list(Notice.objects.filter(kind="warning").values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def test_customers_who_answer_while_the_sweep_runs_are_not_silent_afterwards(cast: Cast) -> None:
    sweep(now=NOW)
    leads = [a_worked_lead(cast.owner, grade="C") for _ in range(8)]
    calls = [partial(contact, lead, cast.owner, THEN) for lead in leads[:4]]

    answers = at_once([partial(sweep, now=THEN), partial(sweep, now=THEN), *calls])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    sweep(now=THEN)
    silent = set(Alert.objects.filter(rule="silent", ended_at=None).values_list("lead_id", flat=True))
    assert silent == {lead.pk for lead in leads[4:]}
    assert look([lead.pk for lead in leads], now=THEN) == 0
