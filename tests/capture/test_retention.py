"""What visitors sent is not kept for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW

from leadloop.capture.models import Consent, Origin, PublicForm, Submission
from leadloop.capture.operations import accept, remove_old, set_retention, work_off
from leadloop.capture.queries import forms, retention
from leadloop.capture.retention import Retention, read
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.leads.models import Lead
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
State = Submission.State
SENT = {"contact": "王敏", "phone": "13911112222", "utm_source": "baidu", "consent": "on"}


def came(form: PublicForm, days_ago: float, state: str) -> Submission:
    return Submission.objects.create(
        form=form, received_at=NOW - timedelta(days=days_ago), state=state, address="a", fingerprint="f"
    )


def test_each_goes_when_its_time_is_over(a_form: Callable[..., PublicForm]) -> None:
    form = a_form()
    kept = {
        came(form, 364, State.DONE).pk,
        came(form, 89, State.TRAP).pk,
        came(form, 89, State.DOUBLE).pk,
        came(form, 89, State.FAILED).pk,
        came(form, 4000, State.WAITING).pk,
    }
    for state, days in ((State.DONE, 366), (State.TRAP, 91), (State.DOUBLE, 91), (State.FAILED, 91)):
        came(form, days, state)
    assert remove_old(now=NOW) == 4
    assert set(Submission.objects.values_list("pk", flat=True)) == kept
    assert remove_old(now=NOW) == 0


def test_the_lead_keeps_where_it_came_from_and_what_was_agreed(
    a_form: Callable[..., PublicForm], cast: Cast
) -> None:
    form = a_form(consent="I agree.")
    assert accept(form=form, sent=SENT, address="1.2.3.4", now=NOW).accepted
    work_off(clock=lambda: NOW)
    assert remove_old(now=NOW + timedelta(days=366)) == 1
    lead = Lead.objects.get()
    assert Origin.objects.get(lead=lead).utm_source == "baidu"
    assert Consent.objects.get(lead=lead).text.text == "I agree."
    assert forms().get(pk=form.pk).registered == 1


def test_more_than_one_chunk(a_form: Callable[..., PublicForm], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadloop.capture.operations.retention.CHUNK", 2)
    form = a_form()
    for _ in range(5):
        came(form, 100, State.TRAP)
    assert remove_old(now=NOW) == 5


def test_operations_say_how_long(a_form: Callable[..., PublicForm], cast: Cast) -> None:
    set_retention(retention=Retention(30, 7), actor=cast.ops, now=NOW)
    assert retention() == Retention(30, 7)
    came(a_form(), 31, State.DONE)
    assert remove_old(now=NOW) == 1
    for user in (cast.marketing, cast.manager, cast.admin):
        with pytest.raises(NotAllowed):
            set_retention(retention=Retention(30, 7), actor=user, now=NOW)
    for wrong in (Retention(0, 7), Retention(30, 3651)):
        with pytest.raises(DataError):
            set_retention(retention=wrong, actor=cast.ops, now=NOW)


@pytest.mark.parametrize(
    "data", [{}, {"registered_days": 0}, {"refused_days": "x"}, {"registered_days": True}]
)
def test_a_policy_that_cannot_be_read_is_as_shipped(data: dict[str, object]) -> None:
    assert read(data) == Retention(365, 90)


def test_the_page(cast: Cast, client_for: Callable[[User], Client]) -> None:
    client = client_for(cast.ops)
    sent = {"registered_days": "200", "refused_days": "20"}
    assert client.get("/forms/retention/").status_code == 200
    assert client.post("/forms/retention/", {**sent, "refused_days": "0"}).status_code == 422
    assert client.post("/forms/retention/", sent).status_code == 302
    page = client.get("/forms/", headers={"accept-language": "en"}).content.decode()
    assert "removed 200 days after it became a lead, and 20 days" in page
    marketing = client_for(cast.marketing)
    assert marketing.get("/forms/retention/").status_code == 403
    assert "/forms/retention/" not in marketing.get("/forms/").content.decode()
