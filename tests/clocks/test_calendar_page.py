"""Working calendars as operations set them: hours as people write them, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast
from tests.clocks.things import at

from leadloop.clocks.models import TeamCalendar, WorkCalendar
from leadloop.clocks.operations import CalendarFacts, SpecialDay, save_calendar
from leadloop.clocks.queries.basis import basis
from leadloop.clocks.web.hours import days_text, read_days, read_hours
from leadloop.foundation.errors import Conflict, DataError, NotAllowed

NOW = at("2026-06-15 10:00")
WEEK = {f"day_{day}": "09:00-12:00, 13:30-18:00" for day in range(5)}
SENT = {"name": "Berlin", "zone": "Europe/Berlin", "holidays": "", "exceptions": "", **WEEK}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("9:00-12:00", [(540, 720)]),
        ("09:00-12:00, 13:30-18:00", [(540, 720), (810, 1080)]),
        ("09：00至12：00、13：30～24：00", [(540, 720), (810, 1440)]),
        (" 22:00 – 24:00 ;", [(1320, 1440)]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[tuple[int, int]]) -> None:
    assert list(read_hours(text, field="day_0")) == spans


@pytest.mark.parametrize(
    "text",
    [
        "9-12",
        "25:00-26:00",
        "09:60-10:00",
        "morning",
        "09:00",
        "24:01-24:02",
        "18:00-09:00",
        "09:00-12:00, 11:00-13:00",
        "13:00-18:00, 09:00-12:00",
    ],
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(DataError) as error:
        read_hours(text, field="day_0")
    assert error.value.field == "day_0"


def test_days_of_ones_own() -> None:
    days = read_days("2026-05-06 旅行\n\n2026年5月9日 09:00-12:00, 13:00-14:00 盘点\n2026/10/10")
    assert days == [
        SpecialDay(date(2026, 5, 6), (), "旅行"),
        SpecialDay(date(2026, 5, 9), [(540, 720), (780, 840)], "盘点"),
        SpecialDay(date(2026, 10, 10), (), ""),
    ]
    assert read_days(days_text(days)) == days


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-02-30"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(DataError, match="Line 1"):
        read_days(text)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"week": [[]] * 7}, "week"),
        ({"week": [[(540, 720), (700, 900)]] + [[]] * 6}, "hours"),
        ({"week": [[(720, 540)]] + [[]] * 6}, "hours"),
        ({"zone": "Asia/Nowhere"}, "zone"),
        ({"holidays": "mars"}, "holidays"),
        ({"name": "  "}, "name"),
        ({"exceptions": [SpecialDay(date(2026, 5, 6)), SpecialDay(date(2026, 5, 6))]}, "exceptions"),
    ],
)
def test_impossible_calendars_are_refused(cast: Cast, changes: dict[str, object], field: str) -> None:
    facts = {"name": "Ours", "zone": "Asia/Shanghai", "week": [[(540, 720)]] * 7, **changes}
    with pytest.raises(DataError) as error:
        save_calendar(calendar=None, facts=CalendarFacts(**facts), actor=cast.ops, now=NOW)  # type: ignore[arg-type]
    assert error.value.field == field
    assert not WorkCalendar.objects.exists()


def test_only_operations_set_them(cast: Cast, client_for) -> None:
    for user in (cast.owner, cast.manager, cast.marketing, cast.exec):
        assert client_for(user).get("/calendars/").status_code == 403
        assert client_for(user).post("/calendars/new/", SENT).status_code == 403
    facts = CalendarFacts(name="x", zone="Asia/Shanghai", week=[[(540, 720)]] * 7)
    with pytest.raises(NotAllowed):
        save_calendar(calendar=None, facts=facts, actor=cast.manager, now=NOW)


def test_without_any_the_shipped_one_is_shown_and_written_when_changed(cast: Cast, client_for) -> None:
    client = client_for(cast.ops)
    page = client.get("/calendars/").content.decode()
    assert "09:00–12:00" in page
    assert not WorkCalendar.objects.exists()
    sent = {**SENT, "name": "Standard", "zone": "Asia/Shanghai", "holidays": "china", "day_5": "09:00-12:00"}
    assert client.post("/calendars/default/", sent).status_code == 302
    row = WorkCalendar.objects.get()
    assert (row.is_default, row.week[5], row.week[6]) == (True, [[540, 720]], [])
    assert client.post("/calendars/default/", {**sent, "day_5": ""}).status_code == 302
    assert WorkCalendar.objects.get().week[5] == []


def test_a_calendar_for_a_team_holds_for_those_below_it(cast: Cast, client_for) -> None:
    client = client_for(cast.ops)
    assert client.post("/calendars/new/", {**SENT, "teams": [cast.north.pk]}).status_code == 302
    by = basis()
    assert by.place(cast.key_accounts.pk) == by.place(cast.north.pk) != by.place(cast.south.pk)
    calendar = WorkCalendar.objects.get()
    assert "Europe/Berlin" in client.get("/calendars/").content.decode()
    form = client.get(f"/calendars/{calendar.pk}/").content.decode()
    assert "09:00-12:00, 13:30-18:00" in form
    client.post(f"/calendars/{calendar.pk}/", {**SENT, "teams": [cast.south.pk]})
    assert TeamCalendar.objects.get().team == cast.south
    client.post(f"/calendars/{calendar.pk}/remove/")
    assert not WorkCalendar.objects.exists()


def test_the_default_one_stays(cast: Cast, client_for) -> None:
    client = client_for(cast.ops)
    client.post("/calendars/default/", {**SENT, "name": "Standard"})
    calendar = WorkCalendar.objects.get()
    assert client.post(f"/calendars/{calendar.pk}/remove/").status_code == 409
    with pytest.raises(Conflict):
        save_calendar(
            calendar=None,
            facts=CalendarFacts(name="Standard", zone="Asia/Shanghai", week=[[(540, 720)]] * 7),
            actor=cast.ops,
            now=NOW,
        )


def test_a_refused_form_says_where_and_keeps_what_was_typed(cast: Cast, client_for) -> None:
    answer = client_for(cast.ops).post("/calendars/new/", {**SENT, "day_2": "9 bis 5"})
    assert answer.status_code == 422
    assert "9 bis 5" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["day_2"]
    answer = client_for(cast.ops).post("/calendars/new/", {**SENT, **dict.fromkeys(WEEK, "")})
    assert answer.status_code == 422


def test_years_without_known_holidays_are_named(
    cast: Cast, client_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadloop.clocks.web import pages

    client = client_for(cast.ops)
    monkeypatch.setattr(pages, "now", lambda: at("2026-07-01 10:00"))
    assert "2026-12-31" in client.get("/calendars/").content.decode()
    assert "calendar-notice" not in client.get("/calendars/").content.decode()
    monkeypatch.setattr(pages, "now", lambda: at("2026-11-20 10:00"))
    assert "calendar-notice" in client.get("/calendars/").content.decode()
