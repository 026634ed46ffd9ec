"""`leadloop analyze`: the golden tables, every form of report, and what it says of bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from django.utils import translation

from leadloop.cli import language
from leadloop.cli.main import main

pytestmark = pytest.mark.pure

GOLDEN = Path(__file__).parent.parent / "golden"
TABLE1, TABLE2 = GOLDEN / "table1_leads.csv", GOLDEN / "table2_leads.csv"
QUESTION1 = ("--period", "2026-06", "--compare", "2026-05", "--by", "source,industry+size,team")
PRIORITIES = {"high: needs support": "support"}


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LEADLOOP_LANGUAGE", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    with translation.override("en"):
        yield
    language.activate("en")


def analyzed(capsys, *words: object) -> dict:
    assert main(["analyze", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def check_table1(found: dict) -> None:
    expected = json.loads((GOLDEN / "table1_expected.json").read_text(encoding="utf-8"))
    rows = {(row["dimension"], row["value"]): row for row in found["conversion"]}
    for dimension, value, leads, deals, rate, change, priority in expected["rows"]:
        row = rows[dimension, value]
        assert (row["leads"], row["deals"]) == (leads, deals)
        assert round(row["rate"] * 100, 1) == rate
        assert round(row["change"] * 100, 1) == change
        assert row["priority"] == PRIORITIES.get(priority, priority)


def check_table2(found: dict) -> None:
    expected = json.loads((GOLDEN / "table2_expected.json").read_text(encoding="utf-8"))
    assert [row["stage"] for row in found["funnel"]] == [row[0] for row in expected["rows"]]
    for row, (_stage, entered, lost, rate, reasons) in zip(found["funnel"], expected["rows"], strict=True):
        assert (row["entered"], row["lost"]) == (entered, lost)
        assert row["loss_rate"] is None if rate is None else round(row["loss_rate"] * 100, 1) == rate
        shown = [[item["reason"], round(item["share"] * 100)] for item in row["top_reasons"]]
        assert shown[: len(reasons)] == reasons


def test_table_1_comes_out_exactly(capsys):
    check_table1(analyzed(capsys, TABLE1, *QUESTION1))


def test_table_2_comes_out_exactly(capsys):
    check_table2(analyzed(capsys, TABLE2))


def test_the_installed_command_gives_table_1_from_gb18030(tmp_path):
    copy = tmp_path / "导出.csv"
    copy.write_bytes(TABLE1.read_text(encoding="utf-8-sig").encode("gb18030"))
    found = subprocess.run(
        [sys.executable, "-m", "leadloop.cli.main", "analyze", str(copy), *QUESTION1, "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert found.stderr == b""
    check_table1(json.loads(found.stdout))


def test_json_has_everything_that_others_build_on(capsys):
    found = analyzed(capsys, TABLE1, *QUESTION1)
    assert {"population", "conversion", "funnel", "expected", "data_quality", "warnings"} <= set(found)
    assert {"leads", "excluded", "period", "basis", "as_of"} <= set(found["population"])
    row = found["conversion"][0]
    assert {
        "dimension",
        "value",
        "leads",
        "deals",
        "rate",
        "rate_interval",
        "change",
        "change_interval",
    } <= set(row)
    assert {"change_clear", "priority", "mature", "won_amount"} <= set(row)
    assert {"stage", "entered", "advanced", "lost", "open", "returned", "loss_rate"} <= set(
        found["funnel"][0]
    )
    assert {"conversion", "cumulative", "dwell_median_days", "dwell_p90_days"} <= set(found["funnel"][0])
    assert {"horizon_days", "won_so_far", "expected", "interval"} <= set(found["expected"])
    assert {"check", "count", "share", "examples"} <= set(found["data_quality"][0])


def test_json_says_where_the_figures_come_from(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("线索编号,获取时间,备注\n1,2026-06-01,a\n1,2026-06-02,b\n", encoding="utf-8")
    found = analyzed(capsys, path)
    assert found["files"] == ["a.csv"]
    assert {"header": "获取时间", "field": "captured_at", "file": "a.csv", "how": "synonym"} in found[
        "columns"
    ]
    rows = [(item["severity"], item["file"], item["row"]) for item in found["noticed"] if item["row"]]
    assert ("error", "a.csv", 3) in rows


def test_the_json_file_is_what_json_prints(tmp_path, capsys):
    report = tmp_path / "report.json"
    printed = analyzed(capsys, TABLE1, *QUESTION1, "-o", report)
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written == printed


def test_without_options_it_prints_the_answer_first_and_tables_after(capsys):
    assert main(["analyze", str(TABLE1), *QUESTION1]) == 0
    out = capsys.readouterr().out
    assert "Of 1,000 leads captured in June 2026, 215 are won: 21.5% (19.1–24.2%)." in out
    assert re.search(r"展会咨询 +300 +105 +35\.0% +29\.8–40\.6% +\+5\.0 pp", out)
    assert re.search(r"方案提供 +614 +424 +190 +0 +30\.9%", out)


def test_in_chinese_it_speaks_chinese(capsys):
    assert main(["analyze", str(TABLE2), "--language", "zh"]) == 0
    out = capsys.readouterr().out
    assert "1,000 条线索中有 250 条走到成交，转化率 25.0%。" in out
    assert "流失率最高的环节是 需求沟通：850 条进入，340 条流失（40.0%）。" in out


class Loads(HTMLParser):
    """Collects whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"src", "href", "srcset", "action", "data", "poster"} or name.startswith("on"):
                self.found.append((f"{tag}.{name}", value or ""))
        if tag in {"script", "link", "iframe", "object", "embed", "img", "base", "form"}:
            self.found.append((tag, ""))


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_html_report_is_one_file_that_loads_nothing(code, tmp_path):
    report = tmp_path / "report.html"
    assert main(["analyze", str(TABLE1), *QUESTION1, "-o", str(report), "--language", code]) == 0
    text = report.read_text(encoding="utf-8")
    loads = Loads()
    loads.feed(text)
    assert loads.found == []
    assert not re.search(r"url\(|@import|https?://", text)
    assert f'<html lang="{"zh-hans" if code == "zh" else "en"}">' in text
    assert text.index('id="trust"') < text.index('id="answer"') < text.index('id="conversion"')
    assert text.count("<svg") > 10
    assert ("数据可信度" if code == "zh" else "How far the data can be trusted") in text


def test_the_html_report_shows_the_figures_of_the_result(tmp_path):
    report = tmp_path / "report.html"
    assert main(["analyze", str(TABLE2), "-o", str(report)]) == 0
    text = re.sub(r"<[^>]+>", " ", report.read_text(encoding="utf-8"))
    assert re.search(r"需求沟通\s+850\s+510\s+340\s+0\s+40\.0%\s+60\.0%\s+85\.0%", text)


def test_names_from_the_file_cannot_become_markup(tmp_path):
    evil = tmp_path / "evil.csv"
    evil.write_text(
        "线索编号,来源渠道,获取时间,转化状态\n"
        "1,<script>alert(1)</script>,2026-06-01,进行中\n2,=cmd|'/C calc'!A0,2026-06-02,进行中\n",
        encoding="utf-8",
    )
    html, xlsx = tmp_path / "r.html", tmp_path / "r.xlsx"
    assert main(["analyze", str(evil), "--by", "source", "-o", str(html)]) == 0
    assert main(["analyze", str(evil), "--by", "source", "-o", str(xlsx)]) == 0
    assert "<script" not in html.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in html.read_text(encoding="utf-8")
    cells = [cell for page in openpyxl.load_workbook(xlsx) for row in page.iter_rows() for cell in row]
    assert "=cmd|'/C calc'!A0" in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_workbook_has_a_sheet_for_each_table_with_numbers_charts_and_no_formulas(tmp_path):
    report = tmp_path / "report.xlsx"
    assert main(["analyze", str(TABLE1), *QUESTION1, "-o", str(report)]) == 0
    book = openpyxl.load_workbook(report)
    assert book.sheetnames[:2] == ["Summary", "Conversion"]
    assert {"Funnel", "Loss reasons", "Data quality"} <= set(book.sheetnames)
    page = book["Conversion"]
    rows = {row[1]: row for row in page.iter_rows(min_row=2, values_only=True)}
    assert rows["展会咨询"][2:5] == (300, 105, 0.35)
    assert page.freeze_panes == "B2"
    assert len(page._charts) == 3
    assert len(book["Funnel"]._charts) == 1
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type in {"f", "e"}]


def test_a_report_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch, capsys):
    report = tmp_path / "report.html"
    report.write_text("old", encoding="utf-8")

    def fail(found):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leadloop.reporting.documents.page.render", fail)
    assert main(["analyze", str(TABLE2), "-o", str(report)]) == 1
    assert report.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert "No space left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "colour"], "there is no dimension"),
        (["--by", "source+team+owner"], "a dimension is one column"),
        (["--period", "2026-13"], "is not a period"),
        (["--period", "2026-06", "--compare", "2026-Q1"], "differ in length"),
        (["--compare", "2026-05"], "--compare needs --period"),
        (["--zone", "Mars/Olympus"], "is not a time zone"),
        (["--as-of", "soon"], "is not a time"),
        (["--horizon", "0"], "1 to 3650"),
        (["-o", "report.pdf"], "must end in .html, .xlsx or .json"),
        (["-o", "missing/report.html"], "there is no folder"),
        (["--map", "missing.toml"], "There is no file"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_would_be_right(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", str(TABLE2), *words]) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_dimension_is_answered_with_those_that_there_are(capsys):
    assert main(["analyze", str(TABLE2), "--by", "colour"]) == 2
    error = capsys.readouterr().err
    assert "“colour”" in error
    assert all(name in error for name in ("source", "industry", "team", "month"))


def test_a_missing_file_is_wrong_usage(capsys):
    assert main(["analyze", "nothing.csv"]) == 2
    assert "“nothing.csv”" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    ["", "线索编号,来源渠道,获取时间\n", "lead id,created date,new stage\n"],
    ids=["empty", "header only", "header of a history only"],
)
def test_a_file_without_data_is_a_problem_of_the_data(content, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    assert main(["analyze", str(path)]) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("leadloop: ")
    assert "a.csv" in error or "lead" in error


def test_bad_toml_is_a_problem_of_the_data(tmp_path, capsys):
    path = tmp_path / "map.toml"
    path.write_text("columns = [", encoding="utf-8")
    assert main(["analyze", str(TABLE2), "--map", str(path)]) == 1
    assert "map.toml" in capsys.readouterr().err


def test_doubtful_rows_are_named_and_the_rest_is_counted(tmp_path, capsys):
    path = tmp_path / "a.csv"
    rows = [
        f"{n},官网,2026-06-0{n},已成交,{amount}"
        for n, amount in enumerate(["18万", "2万", "三百", "1.2万", "5万"], 1)
    ]
    path.write_text("\n".join(["线索编号,来源渠道,获取时间,转化状态,成交金额", *rows]), encoding="utf-8")
    assert main(["analyze", str(path)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"a\.csv, row 4, 成交金额", out)
    assert "Leads: 5" in out


def test_explain_map_prints_a_mapping_that_leads_to_the_same_figures(tmp_path, capsys):
    assert main(["analyze", str(TABLE2), "--explain-map"]) == 0
    mapping, columns = capsys.readouterr()
    assert re.search(r"来源渠道 +channel", columns)
    path = tmp_path / "map.toml"
    path.write_text(mapping, encoding="utf-8")
    check_table2(analyzed(capsys, TABLE2, "--map", path))


def test_another_question_gives_another_answer(capsys):
    whole = analyzed(capsys, TABLE1)["population"]
    may = analyzed(capsys, TABLE1, "--period", "2026-05")["population"]
    assert (whole["leads"], may["leads"]) == (2000, 1000)


def test_as_of_the_end_of_a_day_knows_nothing_later(capsys):
    early = analyzed(capsys, TABLE1, "--period", "2026-05", "--as-of", "2026-05-31")
    assert early["expected"]["won_so_far"] < 0.1
    assert early["population"]["as_of"].startswith("2026-06-01T00:00")
