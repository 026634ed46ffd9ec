"""The page of follow-up figures: who sees what, and rows behind every number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.actions.things import planned
from tests.cast import Cast
from tests.factories import a_lead, at_stage

from leadloop.actions.operations import postpone
from leadloop.clocks.operations import follow
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, invalidate_lead, log_follow_up

URL = "/follow-up/"


def last_days(days: int = 60) -> str:
    today = now().date()
    return f"{URL}?from={today - timedelta(days=days)}&to={today + timedelta(days=1)}"


@pytest.fixture
def leads(cast: Cast) -> dict[str, Lead]:
    """The owner: one in time, one late; the teammate: one missing; the stranger: one in time."""
    then = now() - timedelta(days=20)
    found = {
        name: a_lead(owner=who, now=then)
        for name, who in (
            ("in time", cast.owner),
            ("late", cast.owner),
            ("missing", cast.teammate),
            ("elsewhere", cast.stranger),
        )
    }
    for name, days in (("in time", 0.01), ("late", 12), ("elsewhere", 0.01)):
        lead = found[name]
        log_follow_up(lead=lead, actor=lead.owner, now=then + timedelta(days=days))
    action = planned(
        found["late"], f"{(now() + timedelta(days=1)).date()} 10:00", actor=cast.owner, now=now()
    )
    to = action.due_at + timedelta(days=2)
    postpone(action=action, to=to, reason="对方王总出差", actor=cast.owner, now=now())
    follow()
    return found


def figures(response) -> dict[str, tuple]:
    return {line.name: counts(line) for line in response.context["lines"]}


def counts(line) -> tuple[int, ...]:
    return line.timeliness.part.count, line.timeliness.whole.count, line.put_off.count


def test_the_manager_sees_the_team(client_for, cast: Cast, leads) -> None:
    response = client_for(cast.manager).get(last_days())
    assert figures(response) == {"Owner": (1, 2, 1), "Teammate": (0, 1, 0)}
    assert counts(response.context["total"]) == (1, 3, 1)
    assert response.context["total"].timeliness.kind == "warn"


def test_the_rep_sees_the_own_ones_only(client_for, cast: Cast, leads) -> None:
    assert figures(client_for(cast.owner).get(last_days())) == {"Owner": (1, 2, 1)}
    assert figures(client_for(cast.stranger).get(last_days())) == {"Stranger": (1, 1, 0)}


def test_operations_see_everybody_by_person_and_team(client_for, cast: Cast, leads) -> None:
    client = client_for(cast.ops)
    assert client.get(last_days()).context["total"].timeliness.whole.count == 4
    by_team = figures(client.get(last_days() + "&by=team"))
    assert by_team == {"Key accounts": (1, 3, 1), "South": (1, 1, 0)}
    one = client.get(last_days() + f"&team={cast.north.pk}")
    assert one.context["total"].timeliness.whole.count == 3


def test_a_lead_given_on_is_seen_by_whom_it_belongs_to(client_for, cast: Cast, leads) -> None:
    """Whose clock it was stays; who may see it is decided by whose lead it is now."""
    assign_lead(lead=leads["late"], owner=cast.stranger, actor=cast.ops, now=now())
    follow()
    assert figures(client_for(cast.owner).get(last_days())) == {"Owner": (1, 1, 0)}
    assert figures(client_for(cast.stranger).get(last_days()))["Owner"] == (0, 1, 1)


def test_what_counts_nowhere_is_not_counted(client_for, cast: Cast, leads) -> None:
    invalidate_lead(lead=leads["late"], reason="test", actor=cast.owner, now=now())
    follow()
    assert counts(client_for(cast.ops).get(last_days()).context["total"]) == (2, 3, 0)


def test_roles_without_leads_have_no_page(client_for, cast: Cast) -> None:
    assert client_for(cast.admin).get(URL).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "period=2026-13",
        "period=0001-01-01..0001-02-01",
        "period=9998-01-01..9999-12-31",
        "from=2026-02-30",
        "from=9999-12-31&to=9999-12-31",
        "from=2026-02-02&to=2026-01-01",
        "from=2000-01-01&to=2026-01-01",
    ],
)
def test_a_period_that_is_none(client_for, cast: Cast, query: str) -> None:
    assert client_for(cast.ops).get(f"{URL}?{query}").status_code == 400


@pytest.mark.parametrize("path", ["?team=999999", "?team=x", "nothing/"])
def test_what_there_is_not(client_for, cast: Cast, path: str) -> None:
    assert client_for(cast.manager).get(URL + path).status_code == 404


def test_a_team_of_others_is_not_there(client_for, cast: Cast) -> None:
    assert client_for(cast.manager).get(f"{URL}?team={cast.south.pk}").status_code == 404


@pytest.mark.parametrize("who", ["ops", "manager", "owner", "exec"])
@pytest.mark.parametrize("by", ["person", "team"])
def test_every_number_opens_as_many_rows(client_for, cast: Cast, leads, who: str, by: str) -> None:
    at_stage(leads["late"], "proposal", now=now())
    client = client_for(getattr(cast, who))
    page = client.get(last_days() + f"&by={by}")
    links = re.findall(r'href="(/follow-up/[^"]+)"[^>]*>([\d,]+)<', page.content.decode())
    assert len(links) >= 6
    for href, number in links:
        rows = client.get(href.replace("&amp;", "&"))
        assert rows.status_code == 200
        assert rows.context["total"] == int(number.replace(",", "")) == len(rows.context["rows"])


def test_a_name_without_rows_is_not_told(client_for, cast: Cast, leads) -> None:
    rows = client_for(cast.owner).get(f"/follow-up/answered/?of={cast.stranger.pk}")
    assert (rows.context["total"], rows.context["whose"]) == (0, "")


def test_free_words_are_not_for_those_who_do_not_read_the_contact(client_for, cast: Cast, leads) -> None:
    path = "/follow-up/put_off/" + last_days().removeprefix(URL)
    assert "王总" in client_for(cast.owner).get(path).content.decode()
    masked = client_for(cast.exec).get(path)
    assert masked.context["total"] == 1
    assert "王总" not in masked.content.decode()


def test_the_address_keeps_the_scope(client_for, cast: Cast, leads) -> None:
    page = client_for(cast.ops).get(f"{last_days()}&team={cast.north.pk}&by=team")
    for tab in (*page.context["periods"], *page.context["groups"]):
        assert parse_qs(urlsplit(tab.url).query)["team"] == [str(cast.north.pk)]
    href = page.context["total"].timeliness.whole.url
    assert {"period", "team"} <= parse_qs(urlsplit(href).query).keys()


def test_nothing_says_what_to_do(client_for, cast: Cast) -> None:
    page = client_for(cast.owner).get(f"{URL}?period=2020-Q1")
    assert page.context["nothing"]
    assert page.context["total"].timeliness.value is None


def test_periods_are_the_readers_own_days(client_for, cast: Cast) -> None:
    page = client_for(cast.owner).get(f"{URL}?period=2026-06")
    assert (page.context["first"], page.context["last"]) == (
        datetime(2026, 6, 1).date(),  # noqa: DTZ001 - a day of the calendar
        datetime(2026, 6, 30).date(),  # noqa: DTZ001
    )
