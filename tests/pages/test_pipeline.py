from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import a_lead, at_stage
from tests.pages.conftest import SignedIn

from leadloop.leads.models import Lead
from leadloop.leads.money import Money
from leadloop.leads.web import pipeline
from leadloop.process.models import Process


def columns(client: Client, query: str = "") -> dict[str, pipeline.BoardColumn]:
    return {column.key: column for column in client.get(f"/pipeline/?{query}").context["columns"]}


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(
        number="LX-1", owner=cast.owner, team=cast.key_accounts, expected_amount=Decimal(100_000), grade="B"
    )


def test_a_column_has_count_sum_and_weighted_sum(lead: Lead, cast: Cast, ops: Client) -> None:
    at_stage(lead, "proposal")
    at_stage(a_lead(number="LX-2", expected_amount=Decimal(50_000)), "proposal")
    at_stage(a_lead(number="LX-3"), "proposal")
    summary = columns(ops)["proposal"].summary
    # The band of the stage is 50-70 %.
    assert summary.count == 3
    assert summary.amount == (Money("CNY", Decimal(150_000)),)
    assert summary.weighted == (Money("CNY", Decimal(90_000)),)


def test_amounts_of_several_currencies_stand_side_by_side(lead: Lead, ops: Client) -> None:
    for currency, amount in (("CNY", 20_000), ("USD", 70_000), ("USD", 10_000)):
        a_lead(expected_amount=Decimal(amount), currency=currency)
    a_lead(expected_amount=Decimal(1), currency="CNY")
    page = ops.get("/pipeline/")
    summary = next(column for column in page.context["columns"] if column.key == "captured").summary
    assert summary.amount == (Money("CNY", Decimal(120_001)), Money("USD", Decimal(80_000)))
    assert "¥120 k · $80 k" in page.content.decode()


def test_cards_come_by_grade_and_those_without_one_last(ops: Client, process: object) -> None:
    for number, grade in (("none", ""), ("c", "C"), ("a", "A"), ("b", "B")):
        a_lead(number=number, grade=grade)
    assert [card.number for card in columns(ops)["captured"].cards] == ["a", "b", "c", "none"]


def test_it_holds_what_the_reader_may_see(lead: Lead, cast: Cast, signed_in: SignedIn) -> None:
    assert columns(signed_in(cast.owner))["captured"].summary.count == 1
    assert columns(signed_in(cast.stranger))["captured"].summary.count == 0


def test_filters_narrow_it(lead: Lead, ops: Client) -> None:
    assert columns(ops, "grade=B")["captured"].summary.count == 1
    assert columns(ops, "grade=A")["captured"].summary.count == 0


def test_taking_a_filter_away_stays_in_the_process(ops: Client, process: Process) -> None:
    page = ops.get(f"/pipeline/?process={process.key}&grade=A&q=x")
    assert [chip.remove for chip in page.context["chips"]] == [
        f"?q=x&process={process.key}",
        f"?grade=A&process={process.key}",
    ]


def test_long_columns_come_in_pieces(ops: Client, process: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CARDS", 2)
    made = {a_lead().number for _ in range(5)}
    column = columns(ops)["captured"]
    seen, more = [card.number for card in column.cards], column.more
    while more:
        part = ops.get(f"/pipeline/cards/{more}")
        seen += [card.number for card in part.context["cards"]]
        more = part.context["more"]
    assert (len(seen), set(seen)) == (5, made)


class TestDrop:
    @pytest.fixture
    def owner(self, cast: Cast, signed_in: SignedIn) -> Client:
        return signed_in(cast.owner)

    def drop(
        self, client: Client, stage: str, number: str = "LX-1", seen: str = "captured"
    ) -> tuple[int, dict]:  # type: ignore[type-arg]
        answer = client.post("/pipeline/move/", {"lead": number, "stage": stage, "from": seen})
        return answer.status_code, answer.json()

    def test_the_next_stage_is_entered_at_once(self, lead: Lead, owner: Client) -> None:
        status, said = self.drop(owner, "screened")
        counts = {one["stage"]: one["count"] for one in said["summaries"]}
        assert (status, counts["captured"], counts["screened"]) == (200, "0", "1")
        assert Lead.objects.get(pk=lead.pk).stage.key == "screened"

    def test_a_skip_opens_the_form_for_its_reason(self, lead: Lead, owner: Client) -> None:
        assert self.drop(owner, "proposal") == (200, {"dialog": "/leads/LX-1/move/?stage=proposal"})
        assert Lead.objects.get(pk=lead.pk).stage.key == "captured"

    def test_the_last_stage_opens_the_form_of_a_win(self, lead: Lead, owner: Client) -> None:
        assert self.drop(owner, "signed") == (200, {"dialog": "/leads/LX-1/win/"})

    def test_somebody_elses_card_is_refused(self, lead: Lead, cast: Cast, signed_in: SignedIn) -> None:
        assert self.drop(signed_in(cast.stranger), "screened")[0] == 404
        assert self.drop(signed_in(cast.exec), "screened")[0] == 403
        assert Lead.objects.get(pk=lead.pk).stage.key == "captured"

    def test_a_card_that_somebody_moved_meanwhile_is_refused(self, lead: Lead, owner: Client) -> None:
        at_stage(lead, "need")
        status, said = self.drop(owner, "screened", seen="captured")
        assert (status, "error" in said) == (409, True)
        assert Lead.objects.get(pk=lead.pk).stage.key == "need"

    def test_a_stage_that_does_not_exist_is_refused(self, lead: Lead, owner: Client) -> None:
        assert self.drop(owner, "nowhere")[0] == 404


def test_cards_from_a_number_that_is_none_are_the_first(ops: Client) -> None:
    assert ops.get("/pipeline/cards/?stage=captured&from=²").status_code == 200
