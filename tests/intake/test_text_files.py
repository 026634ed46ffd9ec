"""Text files as they are found: encodings, separators, headers, quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadloop.intake.issues import Issues
from leadloop.intake.records import RecordReader
from leadloop.intake.table import Layout
from leadloop.intake.text_files import TextTable

from .helpers import read

HEADER = "lead id,source,created date,notes\n"


def table(path: Path, content: bytes | str) -> TextTable:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return TextTable(path, Layout())


def cells(found: TextTable) -> list[list[str | None]]:
    return [
        [column[i].as_py() for column in rows.columns] for rows in found.rows(1000) for i in range(len(rows))
    ]


def numbers(found: TextTable) -> list[int]:
    return [int(n) for rows in found.rows(1000) for n in rows.numbers]


def issues(found: TextTable) -> list[tuple[str, int | None, str | None]]:
    return [(issue.code, issue.row, issue.column) for rows in found.rows(1000) for issue in rows.issues.items]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
def test_encodings_of_simplified_chinese(tmp_path: Path, encoding: str) -> None:
    text = "线索编号,来源渠道,客户名称\nA1,官网注册,成都远航咨询有限公司\nA2,展会咨询,北京华信科技有限公司\n"
    found = table(tmp_path / "a.csv", text.encode(encoding))
    assert found.headers == ("线索编号", "来源渠道", "客户名称")
    assert cells(found)[1] == ["A2", "展会咨询", "北京华信科技有限公司"]


def test_big5(tmp_path: Path) -> None:
    text = "線索編號,來源渠道,獲取時間,客戶名稱\nA1,官網註冊,2026-06-03,臺北遠航諮詢有限公司\n"
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("big5"))
    found = read(path)
    assert found.source.understanding.encodings == {"a.csv": "big5hkscs"}
    assert found.fields() == {
        "線索編號": "number",
        "來源渠道": "source",
        "獲取時間": "captured_at",
        "客戶名稱": "customer",
    }
    assert found.rows()[0]["customer"] == "臺北遠航諮詢有限公司"


def test_western_encoding(tmp_path: Path) -> None:
    text = (
        "Lead ID;Company;City\n1;Müller & Söhne;Köln\n2;Société Générale;Orléans\n3;Fußball GmbH;Düsseldorf\n"
    )
    assert cells(table(tmp_path / "a.csv", text.encode("cp1252")))[0][1] == "Müller & Söhne"


def test_chinese_only_late_in_the_file(tmp_path: Path) -> None:
    text = "id,name\n" + "".join(f"{i},plain ascii\n" for i in range(90_000)) + "x,北京科技有限公司\n"
    assert cells(table(tmp_path / "a.csv", text.encode("gb18030")))[-1] == ["x", "北京科技有限公司"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    rows = [["编号", "金额", "日期"], ["1", "1 234", "2026-06-03 10:00"], ["2", "5", "2026-06-04 10:00"]]
    found = table(tmp_path / "a.txt", "\n".join(separator.join(row) for row in rows))
    assert found.layout.separator == separator
    assert cells(found) == rows[1:]


def test_separator_named_in_the_first_line(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", "sep=;\nid;name\n1;a,b,c\n")
    assert (found.headers, cells(found), numbers(found)) == (("id", "name"), [["1", "a,b,c"]], [3])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    found = table(
        tmp_path / "a.csv", HEADER.replace("\n", end) + f"1,web,2026-06-03,x{end}2,web,2026-06-04,y"
    )
    assert numbers(found) == [2, 3]


def test_header_below_a_title(tmp_path: Path) -> None:
    found = table(
        tmp_path / "a.csv",
        "2026年线索导出,,\n导出人：张三,,\n\n线索编号,来源渠道,获取时间\n1,官网,2026-06-03\n",
    )
    assert found.layout.header_row == 4
    assert numbers(found) == [5]


def test_twin_headers_are_told_apart_and_reported(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", "id,note,note,\n1,a,b,c\n")
    assert found.headers == ("id", "note", "note (2)", "column 4")
    assert [(issue.code, issue.column) for issue in found.issues.items] == [("duplicate_header", "note (2)")]


def test_three_hundred_columns(tmp_path: Path) -> None:
    header = ["lead id", "created date", *(f"extra {i}" for i in range(298))]
    path = tmp_path / "a.csv"
    path.write_text(",".join(header) + "\n" + ",".join(["1", "2026-06-03", *map(str, range(298))]) + "\n")
    found = read(path)
    assert found.rows()[0]["extra 297"] == "297"
    assert len(found.source.understanding.columns) == 300


def test_blank_lines_and_rows_of_separators_are_no_rows(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", HEADER + "1,web,2026-06-03,x\n\n,,,\n2,web,2026-06-04,y\n\n")
    assert numbers(found) == [2, 5]


def test_blanks_around_values_and_words_for_nothing(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", HEADER + "1, web\u3000,2026-06-03 ,-\n\u00a02,NULL,2026-06-04,n/a\n")
    assert cells(found) == [["1", "web", "2026-06-03", None], ["2", None, "2026-06-04", None]]


def test_quoted_values_over_several_lines(tmp_path: Path) -> None:
    found = table(
        tmp_path / "a.csv", HEADER + '1,web,2026-06-03,"first\nsecond, ""third"""\n2,web,2026-06-04,y\n'
    )
    assert cells(found)[0][3] == 'first\nsecond, "third"'
    assert numbers(found) == [2, 3]
    assert issues(found) == []


def test_a_quote_in_the_middle_is_a_character(tmp_path: Path) -> None:
    found = table(tmp_path / "a.csv", HEADER + '1,web,2026-06-03,5" pipe\n2,web,2026-06-04,say "hello" now\n')
    assert [row[3] for row in cells(found)] == ['5" pipe', 'say "hello" now']
    assert issues(found) == []


def test_a_quote_without_partner_costs_one_value_and_no_row(tmp_path: Path) -> None:
    found = table(
        tmp_path / "a.csv", HEADER + '1,web,2026-06-03,"lost\n2,web,2026-06-04,"x, y"\n3,web,2026-06-05,z\n'
    )
    assert [row[0] for row in cells(found)] == ["1", "2", "3"]
    assert [row[3] for row in cells(found)] == ["lost", "x, y", "z"]
    assert issues(found) == [("broken_quotes", 2, "notes")]


def test_a_broken_row_that_cannot_be_told_apart_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '1,web,2026-06-03,"a, b\n2,web,2026-06-04,y\n')
    found = read(path)
    assert [row["number"] for row in found.rows()] == ["2"]
    issue = found.first("unreadable_row")
    assert (issue.severity, issue.row, issue.column) == ("error", 2, "notes")
    assert (found.rows_read, found.rows_rejected) == (2, 1)


def test_rows_of_other_widths(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        HEADER + "1,web,2026-06-03\n2,web,2026-06-04,a,b,c\n3,web,2026-06-05,x,,\n4,web,2026-06-06,y\n"
    )
    found = read(path)
    assert [row["number"] for row in found.rows()] == ["1", "3", "4"]
    assert [(i.code, i.row) for i in found.issues] == [("too_few_values", 2), ("too_many_values", 3)]
    assert found.rows_rejected == 1


def test_a_row_in_another_encoding_is_read_and_reported(tmp_path: Path) -> None:
    content = (HEADER + "1,官网,2026-06-03,备注\n").encode() + "2,展会,2026-06-04,中文\n".encode("gb18030")
    content += "3,官网,2026-06-05,备注很长的一行\n4,官网,2026-06-05,备注\n".encode()
    found = table(tmp_path / "a.csv", content)
    assert cells(found)[1] == ["2", "展会", "2026-06-04", "中文"]
    assert issues(found) == [("mixed_encoding", 3, None)]


def test_characters_that_nobody_can_read_are_named(tmp_path: Path) -> None:
    content = (HEADER + "1,官网,2026-06-03,备注\n2,官网,2026-06-04,").encode() + b"\xff\xff\n"
    content += "3,官网,2026-06-05,备注\n".encode()
    found = table(tmp_path / "a.csv", content)
    assert issues(found) == [("unreadable_characters", 3, "notes")]
    assert len(cells(found)) == 3


def test_rows_and_row_numbers_survive_block_borders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f'{i},web,2026-06-03,"line one\nline {i}"' if i % 7 == 0 else f"{i},web,2026-06-03,x"
        for i in range(2000)
    ]
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n")
    whole = TextTable(path, Layout())
    expected, rows = cells(whole), numbers(whole)
    monkeypatch.setattr("leadloop.intake.text_files._BLOCK", 97)
    assert cells(whole) == expected
    assert numbers(whole) == rows == list(range(2, 2002))


VALUES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\ufeff", exclude_categories=["Cs"]), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_a_csv_writer_writes_is_read(rows: list[list[str]]) -> None:
    reader = RecordReader(",", ("a", "b", "c"), found := Issues())
    quoted = [",".join('"' + value.replace('"', '""') + '"' for value in row) for row in rows]
    records = reader.read(("\n".join(quoted) + "\n").encode(), 2, {}, last=True)
    assert found.counts == {}
    assert records.numbers.tolist() == list(range(2, 2 + len(rows)))


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=200)
)
def test_no_line_is_lost_without_a_word(text: str) -> None:
    reader = RecordReader(",", ("a", "b"), found := Issues())
    data = text.encode() + b"\n"
    records = reader.read(data, 1, {}, last=True)
    assert records.rest == b""
    assert len(records.numbers) + records.rejected <= data.count(b"\n")
    assert records.rejected == found.counts["unreadable_row"] + found.counts["too_many_values"]
