"""Several workers at once, and people who work meanwhile."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

import pytest
from tests.assignment.desk import at_once
from tests.cast import Cast
from tests.clocks.things import at, check_recomputed
from tests.factories import a_lead

from leadloop.clocks.models import Untold
from leadloop.clocks.operations import follow, sweep, sweeping
from leadloop.foundation.messages import from_data
from leadloop.journal.models import Event
from leadloop.leads.operations import log_follow_up
from leadloop.notices.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]

MONDAY = at("2026-06-15 10:00")
LADDER = ["reminded", "escalated", "proposed"]


def made() -> Counter[tuple[int, str]]:
    return Counter(Event.objects.filter(kind__in=LADDER).values_list("lead_id", "kind"))


def told_of(user: object) -> int:
    """Steps of which somebody was told, in single notices and in collected ones."""
    return sum(_steps_in(row) for row in Notice.objects.filter(user=user, kind__startswith="clock_"))


def _steps_in(notice: Notice) -> int:
    if notice.kind != "clock_many":
        return 1
    return sum(int(number) for number in re.findall(r"\d+", str(from_data(notice.message))))


def test_four_workers_make_each_step_once_and_tell_of_it_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 7)
    leads = [a_lead(owner=owner, now=MONDAY) for owner in (cast.owner, cast.teammate) for _ in range(30)]
    answers = at_once([partial(sweep, now=at("2026-06-17 10:00"))] * 4)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert made() == {(lead.pk, kind): 1 for lead in leads for kind in LADDER}
    assert sum(answer.steps for answer in answers) == 180  # type: ignore[attr-defined]
    sweep(now=at("2026-06-17 10:00"))
    assert (told_of(cast.owner), told_of(cast.teammate), told_of(cast.manager)) == (60, 60, 120)
    assert not Untold.objects.exists()
    check_recomputed()


def test_following_up_while_the_sweep_runs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 3)
    leads = [a_lead(owner=cast.owner, grade="A", now=MONDAY) for _ in range(12)]
    moment = at("2026-06-17 10:00")
    calls = [partial(log_follow_up, lead=lead, actor=cast.owner, now=moment) for lead in leads]
    answers = at_once([partial(sweep, now=moment), partial(sweep, now=moment), *calls])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert set(made().values()) <= {1}
    follow()
    check_recomputed()
    assert sweep(now=moment).steps == 0


def test_clocks_are_renewed_by_two_at_once(cast: Cast) -> None:
    from leadloop.clocks.models import Timing

    for _ in range(20):
        a_lead(owner=cast.owner, now=MONDAY)
    Timing.objects.update(basis=1)
    answers = at_once([follow, follow])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert not Timing.objects.filter(basis=1).exists()
    check_recomputed()
