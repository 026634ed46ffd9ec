"""Each verb through its form, as a page and in the dialog of another page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, loss_reason, stage
from tests.pages.conftest import SignedIn

from leadloop.leads.models import Lead, State
from leadloop.leads.operations import assign_lead

DIALOG = {
    "HX-Request": "true",
    "HX-Target": "div#dialog-body",
    "HX-Current-URL": "http://testserver/pipeline/?grade=A",
}


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)


@pytest.fixture
def owner(cast: Cast, signed_in: SignedIn) -> Client:
    return signed_in(cast.owner)


def do(client: Client, verb: str, **data: Any) -> int:
    return client.post(f"/leads/LX-1/{verb}/", data).status_code


def now(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def test_move(lead: Lead, owner: Client) -> None:
    assert do(owner, "move", stage="screened") == 302
    assert now(lead).stage.key == "screened"


def test_a_skip_asks_for_its_reason_and_keeps_what_was_typed(lead: Lead, owner: Client) -> None:
    answer = owner.post("/leads/LX-1/move/", {"stage": "proposal"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    assert answer.context["form"]["stage"].value() == "proposal"
    assert do(owner, "move", stage="proposal", reason="they know us") == 302
    assert now(lead).stage.key == "proposal"


def test_win(lead: Lead, owner: Client) -> None:
    assert do(owner, "win", closed_on="2026-06-15") == 422
    assert do(owner, "win", amount="180000.50", closed_on="2026-06-15") == 302
    assert (now(lead).state, now(lead).amount) == (State.WON, Decimal("180000.50"))


def test_lose_with_both_reasons(lead: Lead, owner: Client) -> None:
    first = loss_reason("budget")
    second = first.children.get(key="budget_too_small")
    assert do(owner, "lose", closed_on="2026-06-15") == 422
    data = {"reason": first.pk, "second_reason": second.pk, "competitor": "Acme", "closed_on": "2026-06-15"}
    assert do(owner, "lose", **data) == 302
    found = now(lead)
    assert (found.state, found.loss_reason, found.second_loss_reason) == (State.LOST, first, second)


def test_reopen(cast: Cast, owner: Client) -> None:
    lead = a_lost_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    assert do(owner, "reopen") == 422
    assert do(owner, "reopen", reason="new budget") == 302
    assert now(lead).state == State.OPEN


def test_release_and_claim(lead: Lead, owner: Client, cast: Cast, signed_in: SignedIn) -> None:
    assert do(owner, "release", reason="no time") == 302
    assert now(lead).owner is None
    assert do(signed_in(cast.stranger), "claim") == 302
    assert now(lead).owner == cast.stranger


def test_whoever_loses_sight_of_the_lead_goes_on_to_the_list(
    lead: Lead, cast: Cast, signed_in: SignedIn
) -> None:
    answer = signed_in(cast.manager).post("/leads/LX-1/assign/", {"owner": cast.teammate.pk})
    assert answer.headers["Location"] == "/leads/LX-1/"
    client = signed_in(cast.owner)
    assert client.get("/leads/LX-1/").status_code == 404


def test_invalid_and_valid(lead: Lead, owner: Client) -> None:
    assert do(owner, "invalidate", reason="test") == 302
    assert now(lead).state == State.INVALID
    assert do(owner, "validate", reason="") == 302
    assert now(lead).state == State.OPEN


def test_follow_up(lead: Lead, owner: Client) -> None:
    assert do(owner, "follow-ups/new", way="phone", mood="positive", feedback="called") == 302
    assert now(lead).follow_up_count == 1


def test_edit(lead: Lead, owner: Client) -> None:
    form = owner.get("/leads/LX-1/edit/").context["form"]
    data = {name: "" if value is None else value for name, value in form.initial.items()}
    assert do(owner, "edit", **(data | {"grade": "A", "industry": "制造业", "tags": "hot，budget"})) == 302
    found = now(lead)
    assert (found.grade, found.industry) == ("A", "制造业")
    assert sorted(tag.name for tag in found.tags.all()) == ["budget", "hot"]


def test_an_edit_of_old_facts_is_refused_in_words_and_keeps_what_was_typed(
    lead: Lead, owner: Client, cast: Cast
) -> None:
    form = owner.get("/leads/LX-1/edit/").context["form"]
    data = {name: "" if value is None else value for name, value in form.initial.items()}
    assign_lead(lead=now(lead), owner=cast.teammate, actor=None, now=NOW.replace(hour=5))
    assign_lead(lead=now(lead), owner=cast.owner, actor=None, now=NOW.replace(hour=6))
    answer = owner.post("/leads/LX-1/edit/", data | {"industry": "制造业"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert answer.context["form"]["industry"].value() == "制造业"


def test_register(cast: Cast, owner: Client) -> None:
    assert owner.post("/leads/new/", {}).status_code == 422
    answer = owner.post("/leads/new/", {"customer": "Acme", "phone": "13800000000", "first_need": "a quote"})
    lead = Lead.objects.get(customer__name="Acme")
    assert answer.headers["Location"] == f"/leads/{lead.number}/"
    assert (lead.owner, lead.first_need) == (cast.owner, "a quote")


def test_register_and_next(owner: Client) -> None:
    answer = owner.post("/leads/new/", {"customer": "Acme", "again": "1"})
    assert answer.headers["Location"] == "/leads/new/"


class TestDialog:
    def test_the_form_comes_without_a_page_around_it(self, lead: Lead, owner: Client) -> None:
        answer = owner.get("/leads/LX-1/win/", headers=DIALOG)
        assert answer.status_code == 200
        assert b"<html" not in answer.content
        assert b'id="dialog-title"' in answer.content

    def test_done_goes_back_to_the_page_it_was_opened_from(self, lead: Lead, owner: Client) -> None:
        answer = owner.post("/leads/LX-1/move/", {"stage": "screened"}, headers=DIALOG)
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/pipeline/?grade=A")

    def test_errors_stay_in_place(self, lead: Lead, owner: Client) -> None:
        answer = owner.post("/leads/LX-1/win/", {"amount": "much"}, headers=DIALOG)
        assert answer.status_code == 422
        assert b"180000" in answer.content
        assert b"<html" not in answer.content

    def test_what_is_not_possible_any_more_is_said(self, lead: Lead, owner: Client) -> None:
        do(owner, "win", amount="1", closed_on="2026-06-15")
        answer = owner.get("/leads/LX-1/move/", headers=DIALOG)
        assert (answer.status_code, answer.headers["HX-Reswap"]) == (409, "none")
        assert "leadloop:note" in answer.headers["HX-Trigger"]


def test_a_lead_of_the_won_stage_is_not_among_the_stages_to_move_to(lead: Lead, owner: Client) -> None:
    offered = [key for key, _name in owner.get("/leads/LX-1/move/").context["form"].fields["stage"].choices]
    assert stage(lead, "signed").key not in offered
    assert lead.stage.key not in offered
