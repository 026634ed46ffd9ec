"""Log and correct follow-ups by the pages: in place, in the dialog, without a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_lost_lead, a_user, hours

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, plan, proposed_for
from leadloop.discovery.models import Answer
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.followup.rules import LONGEST
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead
from leadloop.people.models import Role, User
from leadloop.playbook.models import ScriptVersion
from leadloop.playbook.operations import install_shipped

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
HX = {"HX-Request": "true"}
SAID: dict[str, Any] = {"way": "phone", "mood": "positive", "feedback": "预算 20 万"}


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(
        owner=cast.owner, contact="王敏", grade="A", industry="制造业", now=now() - timedelta(days=2)
    )


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def address(lead: Lead) -> str:
    return f"/leads/{lead.number}/follow-ups/new/"


def post(client: Client, lead: Lead, **more: Any) -> Any:
    """As htmx sends it from a panel of Today."""
    return client.post(address(lead), {**SAID, "where": "today", **more}, headers=HX)


def english_browser(client_for: Browser, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    user.refresh_from_db()
    return client_for(user)


def test_the_panel_has_what_helps(lead: Lead, cast: Cast, client_for: Browser) -> None:
    install_shipped(now=now())
    asked = plan(
        lead=lead,
        facts=Planned(due_at=now() + hours(0.02), has_time=True, title="ask"),
        actor=None,
        now=now(),
    )
    client = english_browser(client_for, cast.owner)
    page = client.get(f"{address(lead)}?from=today", headers=HX).content.decode()
    assert "<html" not in page
    for expected in (
        "<kbd>1</kbd>", "<kbd>6</kbd>", "<kbd>Q</kbd>", "<kbd>R</kbd>",
        "王敏", "Situation", "Script used", f'value="{asked.pk}" selected', 'name="answer_s"',
    ):  # fmt: skip
        assert expected in page, expected
    asks = proposed_for(lead, now())
    assert asks is not None
    assert f'value="{timezone.localdate(asks.due_at).isoformat()}" min=' in page


def test_saved_in_place_with_everything(lead: Lead, cast: Cast, client_for: Browser) -> None:
    install_shipped(now=now())
    script = ScriptVersion.objects.exclude(purpose="spin").filter(published_at__isnull=False).first()
    assert script is not None
    asked = plan(lead=lead, facts=Planned(due_at=now() + hours(1), has_time=True), actor=None, now=now())
    on = timezone.localdate() + timedelta(days=4)
    answer = post(
        english_browser(client_for, cast.owner), lead,
        need="on", objection="on", contacts=[lead.contact_id], script=script.pk, completes=asked.pk,
        answer_s="两条产线", answer_i="", key="k",
        next_kind="visit", next_title="报价", next_on=on.isoformat(),
    )  # fmt: skip
    assert answer.status_code == 200
    told = json.loads(answer["HX-Trigger"])
    assert told == {"followed-up": {"number": lead.number, "lead": lead.pk}}
    assert f'data-followup-saved="{lead.number}"' in answer.content.decode()
    record = FollowUp.objects.get()
    assert (record.by, record.script_version, record.completes) == (cast.owner, script, asked)
    assert (record.touched_need, record.touched_solution, record.touched_objection) == (True, False, True)
    coming = NextAction.objects.get(done_at=None)
    assert (coming.kind, coming.title, coming.due_on, coming.has_time) == ("visit", "报价", on, False)
    assert [(one.part, one.follow_up) for one in Answer.objects.all()] == [("s", record.pk)]


def test_a_double_click_makes_one_record(lead: Lead, cast: Cast, client_for: Browser) -> None:
    client = client_for(cast.owner)
    assert [post(client, lead, key="same").status_code for _ in range(2)] == [200, 200]
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"way": ""}, "Choose how the customer was contacted."),
        ({"mood": "angry"}, "Select a valid choice"),
        ({"feedback": "客" * (LONGEST + 1)}, "At most 50000 characters; these are 50001."),
        ({"next_on": "2020-01-01"}, "This day has passed"),
        ({"at": "2020-01-01T10:00"}, "is before the capture of the lead"),
        ({"at": "2999-01-01T10:00"}, "is in the future"),
        ({"at": "yesterday"}, "Enter a valid date/time"),
        ({"answer_p": "his card 6222 0212 3456 7890 128"}, "a bank card number"),
        ({"contacts": ["999999"]}, "999999"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    lead: Lead, cast: Cast, client_for: Browser, wrong: dict[str, Any], words: str
) -> None:
    client = english_browser(client_for, cast.owner)
    answer = post(client, lead, pains="tippfehler", **wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "tippfehler" in page
    assert str(wrong.get("feedback", SAID["feedback"])) in page
    assert not FollowUp.objects.exists()
    assert not NextAction.objects.exists()


def test_the_minute_of_the_capture_is_not_before_it(cast: Cast, client_for: Browser) -> None:
    captured = now().replace(second=40, microsecond=5) - hours(1)
    lead = a_lead(owner=cast.owner, now=captured)
    typed = f"{timezone.localtime(captured, timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"
    assert post(client_for(cast.owner), lead, at=typed).status_code == 200
    assert FollowUp.objects.get().at == captured


def test_in_the_dialog_and_without_a_script_the_page_is_told(
    lead: Lead, cast: Cast, client_for: Browser
) -> None:
    client = client_for(cast.owner)
    shown = client.get(address(lead), headers={**HX, "HX-Target": "div#dialog-body"}).content.decode()
    assert 'value="dialog"' in shown
    assert "dialog-head" in shown
    there = "http://testserver/leads/?sort=grade"
    answer = client.post(address(lead), {**SAID, "where": "dialog"}, headers={**HX, "HX-Current-URL": there})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/leads/?sort=grade")
    whole = client.get(address(lead)).content.decode()
    assert "<html" in whole
    plain = client.post(address(lead), SAID)
    assert (plain.status_code, plain["Location"]) == (302, f"/leads/{lead.number}/")
    assert FollowUp.objects.count() == 2


def test_of_a_lead_that_is_over_nothing_is_planned(cast: Cast, client_for: Browser) -> None:
    lost = a_lost_lead(owner=cast.owner, now=now() - timedelta(days=1))
    client = client_for(cast.owner)
    assert 'name="next_on"' not in client.get(address(lost), headers=HX).content.decode()
    assert post(client, lost).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("exec", 403), ("marketing", 403)])
def test_who_may_not_follow_up_sees_no_form(
    lead: Lead, cast: Cast, client_for: Browser, who: str, status: int
) -> None:
    client = client_for(getattr(cast, who))
    assert client.get(address(lead)).status_code == status
    assert post(client, lead).status_code == status


def test_people_of_others_are_not_offered(lead: Lead, cast: Cast, client_for: Browser) -> None:
    page = client_for(cast.owner).get(address(lead), headers=HX).content.decode()
    a_lead(owner=cast.stranger, customer=lead.customer.name, contact="别人的人")
    assert "王敏" in page
    # Of the same customer, seen through one's own lead there: read, as the lead page does.
    assert "别人的人" in client_for(cast.owner).get(address(lead), headers=HX).content.decode()


def a_record(lead: Lead, user: User, **more: Any) -> FollowUp:
    return log(
        lead=lead,
        facts=FollowUpFacts(way="phone", mood="positive", feedback="预算 20 万", **more),
        actor=user,
        now=now() - hours(1),
    )


def test_the_timeline_shows_the_record(lead: Lead, cast: Cast, client_for: Browser) -> None:
    a_record(lead, cast.owner, need=True, contacts=(lead.contact_id,))
    mine = english_browser(client_for, cast.owner).get(f"/leads/{lead.number}/").content.decode()
    for expected in ("预算 20 万", "positive", "with 王敏", ">need<", "Correct"):
        assert expected in mine, expected
    masked = english_browser(client_for, cast.exec).get(f"/leads/{lead.number}/").content.decode()
    assert "positive" in masked
    for hidden in ("预算 20 万", "王敏", "Correct</a>"):
        assert hidden not in masked, hidden


def test_long_records_are_cut_in_the_timeline_and_whole_on_their_page(
    lead: Lead, cast: Cast, client_for: Browser
) -> None:
    record = log(
        lead=lead, facts=FollowUpFacts(way="visit", mood="silent", feedback="长" * 40_000 + "完"),
        actor=cast.owner, now=now(),
    )  # fmt: skip
    client = english_browser(client_for, cast.owner)
    page = client.get(f"/leads/{lead.number}/").content.decode()
    assert "Whole record" in page
    assert "完" not in page
    assert "完" in client.get(f"/follow-ups/{record.pk}/").content.decode()


def test_corrected_on_its_page_with_what_it_said_before(lead: Lead, cast: Cast, client_for: Browser) -> None:
    record = a_record(lead, cast.owner)
    client = english_browser(client_for, cast.owner)
    form = client.get(f"/follow-ups/{record.pk}/edit/", headers=HX).content.decode()
    assert "预算 20 万" in form
    assert 'name="next_on"' not in form
    shown = f"{timezone.localtime(record.at, timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"
    body = {"way": "visit", "mood": "negative", "feedback": "改主意了", "seen": "1", "at": shown}
    answer = client.post(f"/follow-ups/{record.pk}/edit/", body)
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{lead.number}/")
    at = record.at
    record.refresh_from_db()
    # The minute that the form showed was left as it was: no new time.
    assert (record.way, record.version, record.at) == ("visit", 2, at)
    whole = client.get(f"/follow-ups/{record.pk}/").content.decode()
    for expected in ("改主意了", "预算 20 万", "What it said before", "phone", "Version 1"):
        assert expected in whole, expected
    stale = client.post(f"/follow-ups/{record.pk}/edit/", body | {"mood": "silent"}, headers=HX)
    assert stale.status_code == 422
    assert "Somebody else has changed this record meanwhile" in stale.content.decode()


def test_moved_to_another_time_on_its_page(lead: Lead, cast: Cast, client_for: Browser) -> None:
    record = a_record(lead, cast.owner)
    earlier = (record.at - hours(5)).replace(second=0, microsecond=0)
    body = {
        "way": "phone", "mood": "positive", "feedback": "预算 20 万", "seen": "1",
        "at": f"{timezone.localtime(earlier, timezone.get_default_timezone()):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert client_for(cast.owner).post(f"/follow-ups/{record.pk}/edit/", body).status_code == 302
    record.refresh_from_db()
    assert record.at == earlier
    page = english_browser(client_for, cast.owner).get(f"/leads/{lead.number}/").content.decode()
    assert "Time of a follow-up corrected" in page


def test_records_of_leads_that_one_does_not_see_do_not_exist(
    lead: Lead, cast: Cast, client_for: Browser
) -> None:
    record = a_record(lead, cast.owner)
    statuses = {
        who: client_for(user).get(f"/follow-ups/{record.pk}/").status_code
        for who, user in cast.everybody().items()
    }
    seen = {who for who, status in statuses.items() if status == 200}
    assert seen == {"owner", "manager", "ops", "marketing", "exec"}
    assert set(statuses.values()) == {200, 404}
    assert client_for(cast.ops).get(f"/follow-ups/{record.pk}/edit/").status_code == 200
    assert client_for(cast.exec).get(f"/follow-ups/{record.pk}/edit/").status_code == 403


def test_a_form_costs_the_same_whatever_the_lead_has(
    lead: Lead, cast: Cast, client_for: Browser, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        a_record(lead, cast.owner, contacts=(lead.contact_id,))
    client = client_for(cast.owner)
    client.get(address(lead), headers=HX)
    with django_assert_max_num_queries(12):
        client.get(address(lead), headers=HX)


def test_times_are_read_in_the_zone_of_who_writes(cast: Cast, client_for: Browser) -> None:
    abroad = a_user("abroad", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    User.objects.filter(pk=abroad.pk).update(zone="Europe/Berlin")
    lead = a_lead(owner=abroad, now=datetime.fromisoformat("2026-06-15T08:00:00+02:00"))
    assert post(client_for(abroad), lead, at="2026-06-15T09:30").status_code == 200
    assert FollowUp.objects.get().at == datetime.fromisoformat("2026-06-15T09:30:00+02:00")
