"""People are told of what is due: once, and not by the hundred after a standstill."""

from __future__ import annotations

from datetime import timedelta

from tests.actions.things import at, planned
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions.models import NextAction
from leadloop.actions.operations import do, postpone, tell_due
from leadloop.leads.models import Lead
from leadloop.notices.models import Notice

NOW = at("2026-06-15 10:00")


def told(person) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(user=person, kind="action_due").order_by("pk")
    return [(row.message["text"], row.subject) for row in rows]


def test_a_quarter_of_an_hour_before_its_time_and_once(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW, customer="华信科技有限公司")
    planned(lead, "2026-06-15 14:30", actor=cast.owner, now=NOW)
    assert tell_due(now=at("2026-06-15 14:14")) == 0
    assert tell_due(now=at("2026-06-15 14:15")) == 1
    assert tell_due(now=at("2026-06-15 14:16")) == 0
    assert told(cast.owner) == [("An action is due", "华信科技有限公司")]
    assert told(cast.manager) == []


def test_a_whole_day_in_the_morning(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-17 00:00", actor=cast.owner, now=NOW, has_time=False)
    planned(lead, "2026-06-15 00:00", actor=cast.owner, now=NOW, has_time=False)
    assert tell_due(now=at("2026-06-17 08:59")) == 0
    assert tell_due(now=at("2026-06-17 09:00")) == 1


def test_put_off_it_is_told_again(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-06-15 14:30", actor=cast.owner, now=NOW)
    tell_due(now=at("2026-06-15 14:20"))
    action.refresh_from_db()
    to = at("2026-06-16 14:30")
    postpone(action=action, to=to, reason="customer", actor=cast.owner, now=at("2026-06-15 14:25"))
    assert tell_due(now=at("2026-06-16 14:20")) == 1
    assert len(told(cast.owner)) == 2


def test_done_or_out_of_sight_nothing_is_told(cast: Cast) -> None:
    lead, other = a_lead(owner=cast.owner, now=NOW), a_lead(owner=cast.owner, now=NOW)
    done = planned(lead, "2026-06-15 14:30", actor=cast.owner, now=NOW)
    planned(other, "2026-06-15 14:30", actor=cast.owner, now=NOW)
    do(action=done, actor=cast.owner, now=NOW)
    Lead.objects.filter(pk=other.pk).update(owner=cast.stranger, team=cast.south)
    assert tell_due(now=at("2026-06-15 15:00")) == 0
    assert told(cast.owner) == []
    assert not NextAction.objects.filter(remind_at__isnull=False).exists()


def test_after_a_standstill_one_notice_a_person(cast: Cast) -> None:
    for who in (cast.owner, cast.teammate):
        lead = a_lead(owner=who, now=NOW)
        for day in range(30):
            planned(lead, f"2026-06-{16 + day % 10} 10:00", actor=who, now=NOW)
    assert tell_due(now=at("2026-07-15 10:00")) == 2
    assert told(cast.owner) == told(cast.teammate) == [("%(count)s actions are due", "")]
    assert tell_due(now=at("2026-07-15 10:00") + timedelta(minutes=1)) == 0


def test_a_title_reaches_no_notice(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-15 14:30", actor=cast.owner, now=NOW, title="打给王总")
    tell_due(now=at("2026-06-15 14:20"))
    assert "王总" not in str(Notice.objects.filter(kind="action_due").values().get())
