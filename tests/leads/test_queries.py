from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_won_lead, at_stage, hours, loss_reason

from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.leads.operations import (
    edit_lead,
    invalidate_lead,
    lose_lead,
    release_lead,
    reopen_lead,
    win_lead,
)
from leadloop.leads.timeline import Entry, timeline
from leadloop.people.permissions import visibility_of


def shown(lead: Lead) -> str:
    """Everything that a row of the list may show, without another query."""
    people = (lead.customer, lead.contact, lead.channel, lead.owner, lead.team, lead.loss_reason)
    return " ".join(
        str(thing) for thing in (*people, lead.stage.name, lead.process.name, lead.get_state_display())
    )


@pytest.mark.parametrize("who", ["owner", "manager", "marketing", "ops"])
def test_a_list_needs_as_many_queries_for_one_row_as_for_many(cast: Cast, who: str) -> None:
    counts = []
    for _ in range(3):
        a_lead(owner=cast.owner, channel=a_channel())
        user = type(cast.ops).objects.get(username=who)
        # What rarely changes is kept in memory, and has just been changed by the test.
        queries.visible(user).first()
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assert all(shown(lead) for lead in queries.visible(user))
        counts.append(len(queries_made))
    assert len(set(counts)) == 1
    # A representative's own customers are one more.
    assert counts[0] <= (4 if who == "owner" else 3)


@pytest.mark.parametrize("kind", [list, np.array, pa.array])
def test_by_ids_takes_a_hundred_thousand(cast: Cast, kind: type) -> None:
    leads = [a_lead() for _ in range(3)]
    ids = kind([lead.pk for lead in leads[:2]] + list(range(10_000_000, 10_100_000)))
    found = queries.by_ids(Lead.objects.order_by("pk"), ids)
    assert list(found) == leads[:2]
    assert queries.by_ids(Lead.objects.all(), kind([])).count() == 0


def test_best_kind_of_hit_comes_first_and_each_lead_once(cast: Cast) -> None:
    named = a_lead(customer="LX2026 Trading", contact="LX2026")
    numbered = a_lead(customer="别的公司")
    assert queries.search(cast.ops, "lx2026") == [numbered, named]
    assert queries.search(cast.ops, "lx2026", limit=1) == [numbered]


@pytest.mark.parametrize(
    "text",
    [
        "华信",
        "（华信）",
        "ＨＵＡＸＩＮ",
        "huaxin 华信",
        "张三",
        "8000",
        "13800138000",
        "+86 138-0013-8000",
        "ZHANG@huaxin.cn",
    ],
)
def test_a_lead_is_found_by(cast: Cast, text: str) -> None:
    lead = a_lead(customer="Huaxin（华信）", contact="张三", phone="138 0013 8000", email="zhang@huaxin.cn")
    a_lead(customer="恒通", contact="李四", phone="13900139111")
    assert queries.search(cast.ops, text) == [lead]


@pytest.mark.parametrize("text", ["", "  ", "不存在", "%", "_", "13800"])
def test_nothing_is_found_by(cast: Cast, text: str) -> None:
    a_lead(customer="华信", phone="13800138000")
    assert queries.search(cast.ops, text) == []


def told(entries: list[Entry]) -> list[str]:
    return [str(entry.message) for entry in entries]


def test_the_timeline_tells_the_whole_life_newest_first(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, channel=a_channel("展会"), actor=cast.owner)
    at_stage(lead, "proposal", now=NOW + hours(1))
    edit_lead(
        lead=lead,
        changes={"industry": "制造业", "phone": "13900139000", "size": "大型企业"},
        actor=cast.owner,
        now=NOW + hours(2),
    )
    lose_lead(
        lead=lead,
        reason=loss_reason("competition_price"),
        second_reason=loss_reason("long_decision"),
        competitor="某公司",
        note="太贵",
        actor=cast.manager,
        now=NOW + hours(3),
    )
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(4), reason="降价")
    release_lead(lead=lead, actor=cast.owner, now=NOW + hours(5))
    invalidate_lead(lead=lead, reason="duplicate", actor=cast.ops, now=NOW + hours(6))

    with translation.override("en"):
        entries = timeline(lead)
    assert told(entries) == [
        "Marked invalid: duplicate",
        "Returned to the pool",
        "Reopened in Proposal",
        "Lost: Competitor's price / Long decision (competitor: 某公司)",
        "Edited · industry: 制造业 · company size: 大型企业 · phone",
        "Skipped ahead to Proposal",
        "Assigned to Owner (Key accounts)",
        "Captured through 展会",
    ]
    assert [entry.actor for entry in entries[:3]] == ["Ops", "Owner", "Owner"]
    assert [entry.remark for entry in entries[2:4]] == ["降价", "太贵"]
    assert entries[-2].actor == "Owner"
    assert entries[5].actor is None


def test_a_win_is_one_line_with_its_amount(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    win_lead(lead=lead, amount=Decimal("5000"), actor=cast.owner, now=NOW + hours(1))
    won = timeline(lead)[0]
    assert (str(won.message), won.amount, told(timeline(lead))[1]) == (
        "Won",
        Decimal(5000),
        "Assigned to Owner (Key accounts)",
    )


def test_what_was_written_down_a_day_later_says_so(cast: Cast) -> None:
    lead = a_lead(captured_at=NOW - hours(25))
    assert [entry.late for entry in timeline(lead)] == [True]


def test_free_words_are_hidden_from_those_who_do_not_read_the_contact(cast: Cast) -> None:
    lead = a_won_lead(owner=cast.owner)
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(3), reason="李总 13800138000")
    by_reader = {
        who: timeline(lead, visibility_of(getattr(cast, who)))[0].remark
        for who in ("owner", "manager", "marketing", "exec")
    }
    words = "李总 13800138000"
    assert by_reader == {"owner": words, "manager": words, "marketing": "", "exec": ""}


def test_a_timeline_needs_as_many_queries_for_a_long_life_as_for_a_short_one(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, channel=a_channel())
    counts = []
    for turn in range(3):
        lose_lead(lead=lead, reason=loss_reason("no_reply"), actor=cast.owner, now=NOW + hours(2 * turn + 1))
        reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2 * turn + 2), reason="again")
        with CaptureQueriesContext(connection) as made:
            timeline(lead)
        counts.append(len(made))
    assert len(set(counts)) == 1
    assert counts[0] <= 10


def plan(queryset: object) -> str:
    return str(queryset.explain()).upper()


@pytest.mark.parametrize("who", ["ops", "manager"])
def test_the_newest_page_is_read_from_an_index(cast: Cast, who: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever indexes there are")
    page = queries.visible(getattr(cast, who)).order_by("-captured_at", "-id")[:50]
    assert "LEAD_NEWEST" in plan(page) or "LEAD_BY_TEAM" in plan(page)
