"""Saved views, one thing done with many leads, cells edited in place: over HTTP."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import a_channel, a_lead
from tests.pages.conftest import SignedIn
from tests.pages.test_lead_list import numbers

from leadloop.leads.models import BulkAction, DefaultView, Lead, SavedView
from leadloop.leads.operations import edit_lead, together

pytestmark = pytest.mark.django_db


def f(*tree: Any) -> str:
    return "f=" + json.dumps(tree)


class TestConditions:
    def test_the_address_says_which_leads(self, ops: Client) -> None:
        a_lead(number="1", grade="A", expected_amount=Decimal(90))
        a_lead(number="2", grade="B", expected_amount=Decimal(90))
        a_lead(number="3", grade="C")
        assert set(numbers(ops, f("or", ["grade", "any", ["A"]], ["expected_amount", "empty"]))) == {"1", "3"}

    def test_invalid_leads_are_found_when_asked_for(self, ops: Client) -> None:
        lead = a_lead(number="1")
        Lead.objects.filter(pk=lead.pk).update(state="invalid")
        assert numbers(ops, f("and", ["state", "any", ["invalid"]])) == ["1"]

    def test_a_chip_says_it_in_words_and_takes_it_away(self, ops: Client) -> None:
        channel = a_channel("Fair <b>")
        page = ops.get(
            "/leads/?"
            + f(
                "and",
                ["channel", "any", [str(channel.pk)]],
                ["or", ["grade", "any", ["A", "B"]], ["captured_at", "last", ["7"]]],
            )
        )
        (chip,) = page.context["chips"]
        assert chip.text == (
            "Channel is one of Fair <b> and (Grade is one of A, B or Captured at is in the last 7 days)"
        )
        assert "f=" not in chip.remove
        assert "<b>" not in page.content.decode().split("<section")[1]

    def test_nonsense_is_a_page_that_says_so(self, ops: Client) -> None:
        answer = ops.get("/leads/?f=[[[")
        assert answer.status_code == 400
        assert "cannot be read" in answer.content.decode()

    def test_the_dialog_carries_what_is_chosen_now(self, ops: Client) -> None:
        tree = ["and", ["grade", "any", ["A"]]]
        spec = ops.get("/leads/filters/?" + f(*tree)).context["builder"]
        assert spec["tree"] == tree
        assert {field["key"] for field in spec["fields"]} >= {"owner", "tags", "expected_amount"}


class TestViews:
    def save(self, client: Client, query: str, **fields: Any) -> Any:
        return client.post(f"/lead-views/new/?{query}", {"name": "Hot", "sharing": "private", **fields})

    def test_a_view_is_the_list_as_it_was(self, ops: Client) -> None:
        a_lead(number="1", grade="A")
        a_lead(number="2", grade="B")
        answer = self.save(ops, "grade=A&sort=number&page=7&columns=number")
        view = SavedView.objects.get()
        assert view.address == "grade=A&sort=number&columns=number"
        assert answer.headers["Location"] == f"/leads/?{view.address}&view={view.pk}"
        page = ops.get(answer.headers["Location"])
        assert (page.context["view"], len(page.context["rows"])) == ("Hot", 1)

    def test_who_may_open_it(self, cast: Cast, signed_in: SignedIn) -> None:
        for sharing, seen in (
            ("private", {"manager"}),
            ("team", {"manager", "owner", "teammate"}),
            ("everybody", set(cast.everybody()) - {"admin"} | {"admin"}),
        ):
            self.save(signed_in(cast.manager), "grade=A", name=sharing, sharing=sharing, team=cast.north.pk)
            view = SavedView.objects.get(name=sharing)
            opened = {
                who for who, user in cast.everybody().items()
                if sharing in signed_in(user).get("/lead-views/menu/").content.decode().split("Save this")[0]
            }  # fmt: skip
            assert opened == seen
            assert view.owner == cast.manager

    def test_a_view_shows_each_reader_only_their_own_leads(self, cast: Cast, signed_in: SignedIn) -> None:
        a_lead(number="own", grade="A", owner=cast.owner, team=cast.key_accounts)
        a_lead(number="foreign", grade="A", owner=cast.stranger, team=cast.south)
        self.save(signed_in(cast.ops), "grade=A", sharing="everybody")
        view = SavedView.objects.get()
        assert numbers(signed_in(cast.owner), f"{view.address}&view={view.pk}") == ["own"]

    def test_the_list_opens_with_the_chosen_one(self, ops: Client, cast: Cast) -> None:
        self.save(ops, "grade=A", default="on")
        view = SavedView.objects.get()
        assert ops.get("/leads/").headers["Location"] == f"/leads/?grade=A&view={view.pk}"
        assert ops.get("/leads/?view=0").status_code == 200
        ops.post(f"/lead-views/{view.pk}/first/")
        assert not DefaultView.objects.exists()
        assert ops.get("/leads/").status_code == 200

    def test_a_default_that_is_no_longer_shared_is_forgotten(self, cast: Cast, signed_in: SignedIn) -> None:
        self.save(signed_in(cast.ops), "grade=A", sharing="everybody")
        view, rep = SavedView.objects.get(), signed_in(cast.owner)
        rep.post(f"/lead-views/{view.pk}/first/")
        assert rep.get("/leads/").status_code == 302
        signed_in(cast.ops).post(f"/lead-views/{view.pk}/edit/", {"name": "Hot", "sharing": "private"})
        assert rep.get("/leads/").status_code == 200

    def test_only_the_owner_changes_and_deletes(self, cast: Cast, signed_in: SignedIn) -> None:
        self.save(signed_in(cast.owner), "grade=A", sharing="everybody")
        view, other = SavedView.objects.get(), signed_in(cast.teammate)
        assert (
            other.post(f"/lead-views/{view.pk}/edit/", {"name": "Mine", "sharing": "private"}).status_code
            == 422
        )
        assert other.post(f"/lead-views/{view.pk}/delete/").status_code == 404
        signed_in(cast.owner).post(f"/lead-views/{view.pk}/delete/")
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize(
        "fields", [{"name": " "}, {"name": "x" * 61}, {"sharing": "world"}, {"sharing": "team"}]
    )
    def test_what_is_missing_is_said_at_the_field(self, fields: dict[str, str], ops: Client) -> None:
        answer = self.save(ops, "grade=A", **fields)
        assert answer.status_code == 422
        assert answer.context["form"].errors

    def test_the_same_name_twice_is_refused(self, ops: Client) -> None:
        self.save(ops, "grade=A")
        assert "already" in self.save(ops, "grade=B").content.decode()


AN_A = {"grade": "A", "reason": "The budget was confirmed"}
"""Who may correct the rules says why."""


class TestMany:
    def test_the_chosen_ones_are_graded_and_undone(self, cast: Cast, ops: Client) -> None:
        leads = [a_lead(grade="B") for _ in range(3)]
        chosen = "&".join(f"lead={lead.pk}" for lead in leads[:2])
        answer = ops.post(f"/lead-actions/new/grade/?{chosen}", AN_A, follow=True)
        assert "Grade: 2 leads." in answer.content.decode()
        assert sorted(Lead.objects.values_list("grade", flat=True)) == ["A", "A", "B"]
        action = BulkAction.objects.get()
        assert f'data-hx-post="/lead-actions/{action.pk}/undo/"' in answer.content.decode()
        page = ops.post(f"/lead-actions/{action.pk}/undo/", follow=True)
        assert "as before" in page.content.decode()
        assert set(Lead.objects.values_list("grade", flat=True)) == {"B"}

    def test_a_correction_without_a_reason_is_asked_for_one(self, ops: Client) -> None:
        page = ops.post(f"/lead-actions/new/grade/?lead={a_lead(grade='B').pk}", {"grade": "A"})
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"reason"}
        assert not BulkAction.objects.exists()

    def test_all_that_the_list_shows(self, cast: Cast, ops: Client) -> None:
        for grade in "ABB":
            a_lead(grade=grade)
        ops.post("/lead-actions/new/tag/?all=1&question=%3Fgrade%3DB", {"tags": "VIP，展会"})
        tagged = Lead.objects.filter(tags__name="展会")
        assert [lead.grade for lead in tagged] == ["B", "B"]

    def test_all_means_all_that_the_reader_sees(self, cast: Cast, signed_in: SignedIn) -> None:
        a_lead(owner=cast.stranger, team=cast.south)
        mine = a_lead(owner=cast.owner, team=cast.key_accounts)
        signed_in(cast.manager).post("/lead-actions/new/grade/?all=1&question=", AN_A)
        assert list(BulkAction.objects.get().items.values_list("lead_id", flat=True)) == [mine.pk]

    def test_more_than_the_most_is_refused_before_anything_happens(
        self, ops: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(together, "MOST", 1)
        a_lead()
        a_lead()
        assert ops.get("/lead-actions/new/grade/?all=1&question=").status_code == 400

    def test_refusals_are_listed(self, cast: Cast, signed_in: SignedIn) -> None:
        leads = [a_lead(number="N-1", owner=cast.owner, team=cast.key_accounts), a_lead(number="N-2")]
        chosen = "&".join(f"lead={lead.pk}" for lead in leads)
        page = signed_in(cast.owner).post(f"/lead-actions/new/grade/?{chosen}", {"grade": "A"}, follow=True)
        assert "N-2" in page.content.decode()
        assert "Claim it first" in page.content.decode()

    def test_a_large_one_runs_in_the_background(self, ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from leadloop.leads import tasks

        asked: list[int] = []
        monkeypatch.setattr(tasks, "do_together", asked.append)
        monkeypatch.setattr(together, "AT_ONCE", 1)
        chosen = "&".join(f"lead={a_lead().pk}" for _ in range(2))
        page = ops.post(f"/lead-actions/new/grade/?{chosen}", AN_A, follow=True)
        assert asked == [BulkAction.objects.get().pk]
        assert 'data-hx-trigger="every 1s"' in page.content.decode()
        together.go_on(action_id=asked[0], clock=lambda: BulkAction.objects.get().created_at)
        done = ops.get(
            f"/lead-actions/{asked[0]}/", headers={"HX-Request": "true", "HX-Target": "div#progress"}
        )
        assert "every 1s" not in done.content.decode()
        assert "<html" not in done.content.decode()

    def test_nobody_opens_what_somebody_else_did(self, cast: Cast, signed_in: SignedIn) -> None:
        signed_in(cast.ops).post(f"/lead-actions/new/grade/?lead={a_lead().pk}", AN_A)
        pk = BulkAction.objects.get().pk
        assert signed_in(cast.manager).get(f"/lead-actions/{pk}/").status_code == 404
        assert signed_in(cast.manager).post(f"/lead-actions/{pk}/undo/").status_code == 404

    @pytest.mark.parametrize("query", ["", "lead=x", "lead=-1", "lead=99999999999999999999"])
    def test_nothing_chosen_is_said(self, query: str, ops: Client) -> None:
        assert ops.get(f"/lead-actions/new/grade/?{query}").status_code == 400

    def test_the_chosen_ones_are_exported(self, ops: Client) -> None:
        one, _other = a_lead(number="N-1"), a_lead(number="N-2")
        content = ops.get(f"/leads/export.csv?columns=number&columns=tags&lead={one.pk}").getvalue()
        assert content.decode("utf-8-sig").split() == ["Number,Tags", "N-1,"]


class TestCells:
    def post(self, client: Client, lead: Lead, cell: str, value: str, seen: str = "") -> Any:
        seen = seen or Lead.objects.get(pk=lead.pk).changed_at.isoformat()
        return client.post(f"/lead-cells/{lead.pk}/{cell}/", {"value": value, "seen": seen})

    @pytest.mark.parametrize(
        ("cell", "value", "shown"),
        [("grade", "A", "A"), ("expected_amount", "180,000", "180"), ("tags", "VIP, 展会", "VIP"),
         ("industry", "<b>机械", "&lt;b&gt;机械"), ("region", "", "—")],
    )  # fmt: skip
    def test_it_is_written_and_shown_as_in_the_list(
        self, cell: str, value: str, shown: str, ops: Client
    ) -> None:
        lead = a_lead(grade="B", region="华东")
        answer = self.post(ops, lead, cell, value)
        assert answer.status_code == 200
        assert shown in answer.content.decode()
        assert "<form" not in answer.content.decode()

    def test_an_owner_is_assigned_by_who_may(self, cast: Cast, signed_in: SignedIn) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts)
        self.post(signed_in(cast.manager), lead, "owner", str(cast.teammate.pk))
        assert Lead.objects.get(pk=lead.pk).owner == cast.teammate
        assert signed_in(cast.teammate).get(f"/lead-cells/{lead.pk}/owner/").status_code == 403

    def test_a_conflict_is_told_and_what_was_typed_is_kept(self, cast: Cast, ops: Client) -> None:
        lead = a_lead(grade="B", owner=cast.owner, team=cast.key_accounts)
        seen = lead.changed_at.isoformat()
        edit_lead(lead=lead, changes={"grade": "C"}, actor=cast.manager, now=lead.changed_at)
        answer = self.post(ops, lead, "grade", "A", seen)
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Manager" in text
        assert "“C” now" in text
        assert '<option value="A" selected>' in text
        assert Lead.objects.get(pk=lead.pk).grade == "C"
        assert self.post(ops, lead, "grade", "A").status_code == 200

    @pytest.mark.parametrize(
        ("cell", "value"),
        [("grade", "Z"), ("expected_amount", "much"), ("expected_amount", "-1"), ("expected_amount", "NaN"),
         ("channel", "999999"), ("channel", "x"), ("owner", "0"), ("industry", "x" * 121)],
    )  # fmt: skip
    def test_what_cannot_be_is_said_in_the_cell(self, cell: str, value: str, ops: Client) -> None:
        lead = a_lead(grade="B")
        answer = self.post(ops, lead, cell, value)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()

    def test_leads_and_cells_that_are_not_there(self, cast: Cast, signed_in: SignedIn) -> None:
        lead = a_lead(owner=cast.stranger, team=cast.south)
        assert signed_in(cast.owner).get(f"/lead-cells/{lead.pk}/grade/").status_code == 404
        assert signed_in(cast.ops).get(f"/lead-cells/{lead.pk}/number/").status_code == 404
