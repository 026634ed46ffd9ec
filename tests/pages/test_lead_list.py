from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, at_stage
from tests.pages.conftest import SignedIn

from leadloop.leads.web import list_page


def numbers(client: Client, query: str = "") -> list[str]:
    """The lead numbers in the order of the list."""
    page = client.get(f"/leads/?columns=number&{query}")
    assert page.status_code == 200, page.content
    return [re.sub("<[^>]*>", "", row) for row in page.context["rows"]]


@pytest.fixture
def leads(cast: Cast) -> None:
    fair, site = a_channel("展会"), a_channel("官网")
    a_lead(number="A1", owner=cast.owner, team=cast.key_accounts, channel=fair, grade="A", industry="制造业")
    a_lead(number="B2", owner=cast.stranger, team=cast.south, channel=site, grade="B", industry="服务业",
           now=NOW - timedelta(days=40))  # fmt: skip
    a_won_lead(number="C3", owner=cast.owner, team=cast.key_accounts, now=NOW - timedelta(days=3))
    a_lost_lead(number="D4", now=NOW - timedelta(days=5))


@pytest.mark.usefixtures("leads")
class TestFilters:
    def test_without_any_newest_first(self, ops: Client) -> None:
        assert numbers(ops) == ["A1", "C3", "D4", "B2"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=open", ["A1", "B2"]),
            ("state=won&state=lost", ["C3", "D4"]),
            ("state=invalid", []),
            ("grade=A&grade=B", ["A1", "B2"]),
            ("grade=-", ["C3", "D4"]),
            ("industry=制造业", ["A1"]),
            ("owner=-", ["D4"]),
            ("stage=signed", ["C3"]),
            ("q=b2", ["B2"]),
            ("captured=2026-05", ["B2"]),
            ("captured_from=2026-06-01&captured_to=2026-06-12", ["C3", "D4"]),
            ("captured=2026-05&state=won", []),
        ],
    )
    def test_each_narrows(self, ops: Client, query: str, found: list[str]) -> None:
        assert numbers(ops, query) == found

    def test_by_owner_team_and_channel(self, ops: Client, cast: Cast) -> None:
        assert numbers(ops, f"owner={cast.stranger.pk}") == ["B2"]
        assert numbers(ops, f"owner={cast.stranger.pk}&owner=-") == ["D4", "B2"]
        assert numbers(ops, f"team={cast.key_accounts.pk}") == ["A1", "C3"]
        assert numbers(ops, f"channel={a_channel('官网').pk}") == ["B2"]

    def test_each_is_a_chip_whose_cross_takes_it_away(self, ops: Client, cast: Cast) -> None:
        page = ops.get(f"/leads/?state=open&owner={cast.owner.pk}&q=A")
        chips = {chip.title: chip for chip in page.context["chips"]}
        assert {title: chip.text for title, chip in chips.items()} == {
            "Outcome": "open", "Owner": "Owner", "Text": "A"
        }  # fmt: skip
        assert chips["Text"].remove == f"?state=open&owner={cast.owner.pk}"

    def test_an_address_names_nobody_whom_the_reader_may_not_see(
        self, cast: Cast, ops: Client, signed_in: SignedIn
    ) -> None:
        condition = f'f=["and",["owner","any",["{cast.stranger.pk}"]]]'
        for query in (f"owner={cast.stranger.pk}", condition):
            shown = [chip.text for chip in ops.get(f"/leads/?{query}").context["chips"]]
            hidden = [chip.text for chip in signed_in(cast.owner).get(f"/leads/?{query}").context["chips"]]
            assert "Stranger" in shown[0]
            assert "unknown person" in hidden[0]
            assert "Stranger" not in hidden[0]

    @pytest.mark.parametrize(
        "query",
        ["state=sold", "owner=mine", "captured=soon", "captured_from=1.2.2026", "owner=99999999999999999"],
    )
    def test_a_value_that_cannot_be_is_refused_in_words(self, ops: Client, query: str) -> None:
        answer = ops.get(f"/leads/?{query}")
        assert answer.status_code == 400
        assert b"empty-state" in answer.content

    def test_a_rep_sees_own_and_pool(self, cast: Cast, signed_in: SignedIn) -> None:
        assert numbers(signed_in(cast.owner)) == ["A1", "C3", "D4"]


@pytest.mark.usefixtures("leads")
def test_a_header_sorts_and_sorts_back(ops: Client) -> None:
    assert numbers(ops, "sort=number") == ["A1", "B2", "C3", "D4"]
    assert numbers(ops, "sort=-number") == ["D4", "C3", "B2", "A1"]
    page = ops.get("/leads/?sort=number&columns=number")
    heading = next(heading for heading in page.context["headings"] if heading.title == "Number")
    assert (heading.direction, heading.url) == ("ascending", "?sort=-number&columns=number")


def test_leads_without_a_value_come_last_either_way(ops: Client) -> None:
    a_lead(number="none")
    a_lead(number="less", expected_amount=Decimal(10))
    a_lead(number="more", expected_amount=Decimal(20))
    assert numbers(ops, "sort=amount") == ["less", "more", "none"]
    assert numbers(ops, "sort=-amount") == ["more", "less", "none"]


def test_pages_hold_fifty_and_their_links_keep_the_question(ops: Client) -> None:
    for number in range(51):
        a_lead(number=f"N{number:02d}", grade="A")
    first = ops.get("/leads/?grade=A")
    assert (len(first.context["rows"]), first.context["total"]) == (50, "51")
    following = first.context["pages"].next
    assert following == "?grade=A&page=2"
    assert len(ops.get(f"/leads/{following}").context["rows"]) == 1


def test_a_long_list_says_more_than_and_counts_on_its_own_request(
    ops: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_page, "COUNT_CAP", 2)
    monkeypatch.setattr(list_page, "PER_PAGE", 1)
    for _ in range(3):
        a_lead()
    page = ops.get("/leads/")
    assert (page.context["total"], page.context["capped"]) == ("2", True)
    assert ops.get("/leads/count/").content == b"3"


def test_the_chosen_columns_are_remembered(ops: Client) -> None:
    a_lead(number="A1", industry="制造业")
    ops.get("/leads/?columns=industry&columns=number")
    assert [heading.title for heading in ops.get("/leads/").context["headings"]] == ["Industry", "Number"]


def test_unknown_columns_and_sorts_are_left_out(ops: Client) -> None:
    page = ops.get("/leads/?columns=phone&columns=number&sort=owner__password")
    assert [heading.title for heading in page.context["headings"]] == ["Number"]


def test_columns_of_grading_and_the_days_in_a_stage(ops: Client) -> None:
    from leadloop.grading.models import Grading

    lead = a_lead(number="A1", now=NOW - timedelta(days=3))
    Grading.objects.update_or_create(
        pk=lead.pk, defaults={"temperature": "hot", "points": 71, "held_by": "manager", "graded_at": NOW}
    )
    chosen = "&".join(f"columns={key}" for key in ("grade_reason", "temperature", "points", "stage_days"))
    (row,) = ops.get(f"/leads/?{chosen}&sort=-points").context["rows"]
    assert all(f">{text}<" in row for text in ("Given by hand", "hot", "71"))
    condition = 'f=["and",["temperature","any",["hot"]],["points","ge",["70"]]]'
    assert numbers(ops, condition) == ["A1"]
    exported = ops.get(f"/leads/export.csv?{chosen}")
    assert "Given by hand,hot,71," in b"".join(exported.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_an_empty_list_says_what_to_do(ops: Client, cast: Cast, signed_in: SignedIn) -> None:
    assert b"/leads/new/" in ops.get("/leads/").content
    assert b"No lead fits" in ops.get("/leads/?grade=A").content
    assert b"btn-primary" not in signed_in(cast.exec).get("/leads/").content


class TestExport:
    ADDRESS = (
        "/leads/export.{kind}?columns=number&columns=customer&columns=amount&columns=captured&sort=number"
    )

    @pytest.fixture
    def formulas(self, db: None, process: object) -> None:
        a_lead(number="1", customer='=cmd|"/c calc"!A1', expected_amount=Decimal("180000.50"))
        a_lead(number="2", customer="@SUM(A1)", expected_amount=None)

    def test_csv_is_exact_and_inert(self, ops: Client, formulas: None) -> None:
        content = ops.get(self.ADDRESS.format(kind="csv")).getvalue().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content)))
        assert rows == [
            ["Number", "Customer", "Amount", "Captured at"],
            ["1", '\'=cmd|"/c calc"!A1', "180000.5", "2026-06-15 10:00:00"],
            ["2", "'@SUM(A1)", "", "2026-06-15 10:00:00"],
        ]

    def test_xlsx_has_text_where_a_formula_was_typed(self, ops: Client, formulas: None) -> None:
        content = ops.get(self.ADDRESS.format(kind="xlsx")).getvalue()
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        cell = sheet["B2"]
        assert (cell.value, cell.data_type) == ('=cmd|"/c calc"!A1', "s")
        assert sheet["C2"].value == 180000.5

    def test_it_has_the_rows_of_the_list_and_no_others(self, cast: Cast, signed_in: SignedIn) -> None:
        a_lead(number="own", owner=cast.owner, team=cast.key_accounts)
        a_lead(number="foreign", owner=cast.stranger, team=cast.south)
        content = signed_in(cast.owner).get("/leads/export.csv?columns=number").getvalue()
        assert content.decode("utf-8-sig").split() == ["Number", "own"]

    def test_another_kind_is_not_found(self, ops: Client) -> None:
        assert ops.get("/leads/export.exe").status_code == 404


def test_stage_filter_covers_every_version_of_the_process(ops: Client) -> None:
    lead = at_stage(a_lead(number="A1"), "need")
    assert numbers(ops, "stage=need&stage=proposal") == [lead.number]
    assert numbers(ops, "stage=proposal") == []


def test_what_was_typed_is_shown_as_text(ops: Client) -> None:
    a_lead(number='N"><script>', customer="<b>Acme</b> & Sons", industry='<img src=x onerror="alert(1)">')
    content = ops.get("/leads/?columns=number&columns=customer&columns=industry").content.decode()
    assert "&lt;b&gt;Acme&lt;/b&gt; &amp; Sons" in content
    assert "<script>" not in content
    assert "<b>" not in content
    assert "<img" not in content.split("<tbody>")[1].split("</tbody>")[0]


@pytest.mark.parametrize(
    "query",
    [
        "captured=0001-01-01..0002-01-01",
        "captured_from=0001-01-01",
        "captured_to=9999-12-31",
        "captured_from=2026-02-30",
    ],
)
def test_days_that_nobody_can_reckon_with_are_said_so(query: str, ops: Client) -> None:
    assert ops.get(f"/leads/?{query}").status_code == 400
