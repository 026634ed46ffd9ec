"""What Today warns of, and the days on which somebody is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.assignment.models import Absence, ReturnWarning
from leadloop.grading.models import RuleTag
from leadloop.leads.models import Lead, Tag
from leadloop.leads.operations import log_follow_up
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def warned(lead: Lead, *, silent: timedelta = timedelta(days=6)) -> None:
    now = timezone.now()
    ReturnWarning.objects.create(
        lead=lead,
        owner=lead.owner,
        silent_since=now - silent,
        warned_at=now - timedelta(days=1),
        returns_at=now + timedelta(hours=30),
    )


def reminded(lead: Lead, *, since: datetime, name: str = "高意向") -> None:
    tag, _ = Tag.objects.get_or_create(name=name)
    RuleTag.objects.create(lead=lead, tag=tag, rule=1, remind=True, since=since)


def today(client_for: ClientFor, user: User) -> str:
    answer = client_for(user).get("/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_owner_and_manager_are_warned_and_nobody_else(cast: Cast, client_for: ClientFor) -> None:
    warned(a_lead(owner=cast.owner, customer="Returning Ltd"))
    for user in (cast.owner, cast.manager):
        assert "to the pool in 1 day" in today(client_for, user)
    for user in (cast.teammate, cast.stranger, cast.other_manager, cast.marketing):
        assert "to the pool in" not in today(client_for, user)


def test_a_follow_up_settles_the_warning_at_once(cast: Cast, client_for: ClientFor) -> None:
    lead = a_lead(owner=cast.owner)
    warned(lead)
    log_follow_up(lead=lead, actor=cast.owner, now=timezone.now())
    assert "to the pool in" not in today(client_for, cast.owner)


def test_whoever_got_the_lead_meanwhile_is_not_meant(cast: Cast, client_for: ClientFor) -> None:
    lead = a_lead(owner=cast.owner)
    warned(lead)
    Lead.objects.filter(pk=lead.pk).update(owner=cast.teammate)
    assert "to the pool in" not in today(client_for, cast.teammate)
    assert "to the pool in" not in today(client_for, cast.owner)


def test_tags_that_remind_are_shown_until_somebody_calls(cast: Cast, client_for: ClientFor) -> None:
    now = timezone.now()
    lead, old = a_lead(owner=cast.owner), a_lead(owner=cast.owner)
    reminded(lead, since=now - timedelta(hours=1))
    reminded(old, since=now - timedelta(days=8), name="预算已明确")
    page = today(client_for, cast.owner)
    assert "高意向" in page
    assert "预算已明确" not in page
    assert "高意向" in today(client_for, cast.manager)
    assert "高意向" not in today(client_for, cast.teammate)
    log_follow_up(lead=lead, actor=cast.owner, now=now)
    assert "高意向" not in today(client_for, cast.owner)


def test_a_rep_enters_and_removes_the_own_absence(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.owner)
    day = timezone.localdate() + timedelta(days=3)
    assert "/assignment/absences/" in client.get("/").content.decode()
    sent = {"first_day": day.isoformat(), "last_day": day.isoformat(), "note": "Trade fair"}
    answer = client.post(f"/assignment/people/{cast.owner.pk}/absence/", sent, follow=True)
    assert answer.redirect_chain == [("/assignment/absences/", 302)]
    assert "Trade fair" in answer.content.decode()
    absence = Absence.objects.get()
    assert (absence.person, absence.first_day) == (cast.owner, day)
    answer = client.post(f"/assignment/absences/{absence.pk}/end/", follow=True)
    assert answer.redirect_chain == [("/assignment/absences/", 302)]
    assert not Absence.objects.exists()


def test_nobody_enters_absences_of_colleagues(cast: Cast, client_for: ClientFor) -> None:
    absence = Absence.objects.create(
        person=cast.owner, first_day=date(2090, 1, 1), last_day=date(2090, 1, 2), note="private"
    )
    client = client_for(cast.teammate)
    assert client.get(f"/assignment/people/{cast.owner.pk}/absence/").status_code == 404
    assert client.post(f"/assignment/absences/{absence.pk}/end/").status_code == 403
    assert "private" not in client.get("/assignment/absences/").content.decode()
    assert client_for(cast.marketing).get("/assignment/absences/").status_code == 403
