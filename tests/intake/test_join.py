"""Several files: leads in one, what else is known in others."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadloop.foundation.errors import DataError, UsageError

from .helpers import Read, read, write


@pytest.fixture
def contacts_and_deals(tmp_path: Path) -> Read:
    """The shape of a marketplace's export: every contact in one file, the won ones in another."""
    leads = [[f"m{i:03d}", "2026-05-01", ["search", "social", ""][i % 3], f"p{i}"] for i in range(90)]
    deals = [[f"m{i:03d}", f"s{i}", "2026-05-20 10:00:00", "toys"] for i in range(0, 90, 9)]
    deals.append(["m001", "s1", "2026-04-29 10:00:00", "toys"])
    return read(
        write(tmp_path / "deals.csv", [["mql_id", "sr_id", "won_date", "business_segment"], *deals]),
        write(
            tmp_path / "leads.csv", [["mql_id", "first_contact_date", "origin", "landing_page_id"], *leads]
        ),
    )


def test_a_file_of_deals_is_joined_by_lead_number(contacts_and_deals: Read) -> None:
    found = contacts_and_deals
    assert found.leads.num_rows == 90
    won = [event["lead_id"] for event in found.events.to_pylist() if event["kind"] == "won"]
    assert len(won) == 11
    first = found.rows()[0]
    assert (first["number"], first["owner"], first["industry"], first["source"]) == (
        "m000",
        "s0",
        "toys",
        "search",
    )
    assert found.rows()[2]["source"] is None
    assert found.rows()[2]["owner"] is None


def test_what_is_known_for_some_leads_only_is_said(contacts_and_deals: Read) -> None:
    issue = contacts_and_deals.first("known_for_some")
    assert "deals.csv" in str(issue.message)
    assert "12" in str(issue.message)


def test_no_loss_is_known_from_it_and_nobody_counts_as_lost(contacts_and_deals: Read) -> None:
    assert "no_loss_known" in contacts_and_deals.codes()
    assert "lost" not in {event["kind"] for event in contacts_and_deals.events.to_pylist()}


def test_a_negative_duration_is_reported_with_its_row(contacts_and_deals: Read) -> None:
    issue = contacts_and_deals.first("won_before_captured")
    assert (issue.file, issue.row) == ("leads.csv", 3)


def test_leads_without_a_deal_are_no_fault(contacts_and_deals: Read) -> None:
    assert "no_partner" not in contacts_and_deals.counts
    assert (contacts_and_deals.rows_read, contacts_and_deals.rows_rejected) == (101, 0)


@pytest.fixture
def pipeline(tmp_path: Path) -> tuple[Path, ...]:
    """The shape of a CRM with tables of accounts, people and products."""
    deals = [
        [f"O{i}", ["Ann", "Ben"][i % 2], ["GTXPro", "MG One"][i % 2], ["Acme", "Betasoft", "Ghost"][i % 3],
         ["Won", "Lost", "Engaging"][i % 3], "2026-03-01", "2026-04-01" if i % 3 < 2 else "", 100 + i]
        for i in range(30)
    ]  # fmt: skip
    header = [
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ]
    return (
        write(tmp_path / "pipeline.csv", [header, *deals]),
        write(
            tmp_path / "accounts.csv",
            [["account", "sector", "revenue"], ["Acme", "retail", 7], ["Betasoft", "it", 8]],
        ),
        write(tmp_path / "products.csv", [["product", "series"], ["GTX Pro", "GTX"], ["MG One", "MG"]]),
        write(
            tmp_path / "teams.csv",
            [["sales_agent", "manager", "regional_office"], ["Ann", "Zoe", "East"], ["Ben", "Zoe", "West"]],
        ),
    )


def test_tables_about_other_things_bring_descriptions(pipeline: tuple[Path, ...]) -> None:
    found = read(*pipeline)
    first, third = found.rows()[0], found.rows()[2]
    assert (first["industry"], first["team"], first["manager"], first["revenue"]) == (
        "retail",
        "East",
        "Zoe",
        "7",
    )
    assert (third["customer"], third["industry"]) == ("Ghost", None)
    assert [stage.name for stage in found.source.understanding.stages] == ["Captured", "Engaging", "Won"]


def test_a_key_that_is_only_spelt_differently_is_reported(pipeline: tuple[Path, ...]) -> None:
    found = read(*pipeline)
    assert found.rows()[0]["series"] is None
    assert found.counts["key_almost_matches"] == 15
    issue = found.first("key_almost_matches")
    assert (issue.column, issue.value) == ("product", "GTXPro")
    assert "“GTX Pro” looks the same" in str(issue.message)
    assert found.counts["no_partner"] == 10


def test_a_mapping_mends_the_key(pipeline: tuple[Path, ...]) -> None:
    found = read(*pipeline, mapping={"values": {"product": {"GTXPro": "GTX Pro"}}})
    assert found.rows()[0]["series"] == "GTX"
    assert found.rows()[0]["product"] == "GTX Pro"
    assert "key_almost_matches" not in found.counts


def test_the_same_header_in_two_files_stays_apart(tmp_path: Path) -> None:
    found = read(
        write(
            tmp_path / "leads.csv",
            [["lead id", "created date", "colour", "branch"], ["a", "2026-05-01", "red", "b1"]],
        ),
        write(tmp_path / "branches.csv", [["branch", "colour"], ["b1", "blue"], ["b2", "green"]]),
    )
    assert (found.rows()[0]["colour"], found.rows()[0]["colour (branches)"]) == ("red", "blue")


def test_a_repeated_key_counts_with_its_first_row(tmp_path: Path) -> None:
    rows = [["b1", "north"], ["b1", "south"], *[[f"b{i}", "west"] for i in range(2, 80)]]
    found = read(
        write(tmp_path / "leads.csv", [["lead id", "created date", "branch"], ["a", "2026-05-01", "b1"]]),
        write(tmp_path / "branches.csv", [["branch", "site"], *rows]),
    )
    assert found.rows()[0]["site"] == "north"
    assert found.first("key_repeats").file == "branches.csv"


def test_a_file_without_a_common_column_is_refused(tmp_path: Path) -> None:
    leads = write(tmp_path / "leads.csv", [["lead id", "created date"], ["a", "2026-05-01"]])
    other = write(tmp_path / "other.csv", [["city", "people"], ["Bonn", 3]])
    with pytest.raises(DataError, match="no column in common"):
        read(leads, other)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    rows = [["lead id", "created date"], ["a", "2026-05-01"]]
    with pytest.raises(UsageError, match="same name"):
        read(write(tmp_path / "a.csv", rows), write(tmp_path / "b" / "a.csv", rows))
