"""`leadloop export`: every table, as one may see it, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, at_stage, hours

from leadloop.cli import export, language
from leadloop.cli.main import main
from leadloop.leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LEADLOOP_LANGUAGE", "en")
    yield
    language.activate("en")


def exported(tmp_path: Path, table: str, *options: str) -> list[dict[str, str]]:
    target = tmp_path / f"{table}.csv"
    assert main(["export", table, "-o", str(target), *options]) == 0
    return list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))


def numbers(rows: list[dict[str, str]]) -> set[str]:
    return {row["Lead number"] for row in rows}


def test_a_lead_leaves_with_its_facts_and_the_times_of_its_stages(tmp_path, cast):
    lead = a_lead(channel=a_channel("展会"), industry="制造业", owner=cast.owner, captured_at=NOW)
    at_stage(lead, "need", now=NOW + hours(2))

    (row,) = exported(tmp_path, "leads")

    assert row["Lead number"] == lead.number
    assert (row["Channel"], row["Industry"], row["Owner"]) == ("展会", "制造业", "Owner")
    assert row["Captured at"] == "2026-06-15 10:00:00"
    assert row["Need at"] == "2026-06-15 12:00:00"


def test_outcomes_have_their_date_reason_and_amount(tmp_path, cast):
    won, lost = a_won_lead(owner=cast.owner), a_lost_lead(owner=cast.owner)

    rows = {row["Lead number"]: row for row in exported(tmp_path, "leads")}

    assert rows[won.number]["Won amount"] == "180000.00"
    assert rows[won.number]["Won at"]
    assert rows[won.number]["Lost at"] == ""
    assert rows[lost.number]["Loss reason"] == "Budget too small"
    assert rows[lost.number]["Lost at"]


@pytest.mark.parametrize(
    ("reader", "sees"),
    [("owner", {"own", "pool"}), ("stranger", {"pool"}), ("manager", {"own"}), ("ops", {"own", "pool"})],
)
def test_a_reader_gets_what_the_reader_may_see(tmp_path, cast, reader, sees):
    leads = {"own": a_lead(owner=cast.owner), "pool": a_lead()}

    assert numbers(exported(tmp_path, "leads", "--as", reader)) == {leads[name].number for name in sees}


@pytest.mark.parametrize("table", ["contacts", "customers", "journal"])
def test_other_tables_end_where_the_leads_end(tmp_path, cast, table):
    a_lead(owner=cast.owner)
    a_lead(owner=cast.stranger)

    assert len(exported(tmp_path, table, "--as", "stranger")) * 2 == len(exported(tmp_path, table))


def test_contact_details_are_masked_for_whoever_may_not_read_them(tmp_path, cast):
    a_lead(owner=cast.owner, contact="王敏", phone="13800000001")

    (row,) = exported(tmp_path, "contacts", "--as", "exec")
    (open_row,) = exported(tmp_path, "contacts", "--as", "owner")

    assert (row["Phone"], row["Contact"]) == ("***", "王**")
    assert (open_row["Phone"], open_row["Contact"]) == ("13800000001", "王敏")


@pytest.mark.parametrize(("reader", "need"), [("exec", ""), ("marketing", ""), ("owner", "Call Wang Min")])
def test_free_words_go_with_the_contacts(tmp_path, cast, reader, need):
    a_lead(owner=cast.owner, first_need="Call Wang Min")

    (row,) = exported(tmp_path, "leads", "--as", reader)

    assert row["First need"] == need


def test_formulas_come_out_inert(tmp_path, cast):
    a_lead(customer="=cmd|' /C calc'!A0", owner=cast.owner)

    (row,) = exported(tmp_path, "leads")
    assert row["Customer name"].startswith("'=")

    target = tmp_path / "leads.xlsx"
    assert main(["export", "leads", "-o", str(target)]) == 0
    sheet = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert sheet[1][sheet[0].index("Customer name")] == "=cmd|' /C calc'!A0"
    assert "<f>" not in _sheet_xml(target)


def _sheet_xml(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_the_journal_has_no_names(tmp_path, cast):
    lead = a_lead(owner=cast.owner, customer="华信科技有限公司", contact="王敏", phone="13800000001")

    written = "\n".join(",".join(row.values()) for row in exported(tmp_path, "journal"))

    assert lead.number in written
    for personal in ("华信", "王敏", "13800000001"):
        assert personal not in written


def test_people_are_for_whoever_manages_settings(tmp_path, cast, capsys):
    assert main(["export", "people", "--as", "owner"]) == 1
    assert "may not export" in capsys.readouterr().err
    assert len(exported(tmp_path, "people", "--as", "ops")) == len(cast.everybody())


def test_without_a_file_the_table_is_printed(capfdbinary, cast):
    lead = a_lead(owner=cast.owner)

    assert main(["export", "leads"]) == 0
    assert lead.number.encode() in capfdbinary.readouterr().out


def test_headers_speak_the_language_asked_for(tmp_path, cast):
    a_lead(owner=cast.owner)

    rows = exported(tmp_path, "leads", "--language", "zh")

    assert {"线索编号", "来源渠道", "获取时间", "客户名称", "初步筛选时间"} <= rows[0].keys()


def test_wrong_ends_of_file_names_are_wrong_usage(tmp_path, capsys):
    assert main(["export", "leads", "-o", str(tmp_path / "leads.pdf")]) == 2
    assert ".csv or .xlsx" in capsys.readouterr().err


def test_an_unknown_reader_is_wrong_usage(db, capsys):
    assert main(["export", "leads", "--as", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_a_failed_export_leaves_no_half_file(tmp_path, cast, monkeypatch):
    a_lead(owner=cast.owner)

    def breaks(*_args: object) -> list[object]:
        raise RuntimeError("disk full")

    monkeypatch.setattr("leadloop.cli.export.tables._lead_row", breaks)
    with pytest.raises(RuntimeError, match="disk full"):
        main(["export", "leads", "-o", str(tmp_path / "leads.csv")])

    assert list(tmp_path.iterdir()) == []


def test_rows_do_not_cost_queries(tmp_path, cast, django_assert_max_num_queries):
    for _number in range(12):
        at_stage(a_lead(owner=cast.owner), "need")
    assert Lead.objects.count() == 12

    with django_assert_max_num_queries(12):
        exported(tmp_path, "leads", "--as", "ops")


def test_the_help_names_the_tables_there_are():
    assert all(export._find(name) for name in export.TABLES)
