from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from leadloop.foundation.errors import DataError
from leadloop.intake import open_files

from .helpers import GOLDEN, NOW, Read, read, write
from .test_longform import HISTORY


def again(found: Read, *paths: Path) -> Read:
    toml = found.source.understanding.mapping_toml
    repeated = read(*paths, mapping=tomllib.loads(toml))
    assert repeated.source.understanding.mapping_toml == toml
    assert repeated.leads.equals(found.leads)
    assert repeated.events.equals(found.events)
    assert repeated.counts == found.counts
    assert repeated.source.understanding.stages == found.source.understanding.stages
    return repeated


def test_what_was_understood_can_be_given_back() -> None:
    again(read(GOLDEN / "table1_leads.csv"), GOLDEN / "table1_leads.csv")


def test_round_trip_with_every_setting(tmp_path: Path) -> None:
    rows = [
        ['编号 "x"', "创建日期", "金额(万元)", "Budget (USD)", "阶段", "说=明"],
        ["1", "25/6/2026", "1,5", "5,000", "报价", "a"],
        ["2", "3/6/2026", "12,5", "6,000", "流失", "=b"],
    ]
    path = write(tmp_path / "a.csv", rows, separator=";", encoding="gb18030")
    found = read(path, mapping={"file": [{"name": "*", "columns": {'编号 "x"': "number", "说=明": ""}}]})
    assert [row["expected_amount"] for row in found.rows()] == [15_000, 125_000]
    assert [use.header for use in found.source.understanding.columns if use.field is None] == ["说=明"]
    again(found, path)


def test_round_trip_of_joined_files(tmp_path: Path) -> None:
    leads = write(
        tmp_path / "leads.csv",
        [["lead id", "created date", "branch"], ["A", "2026-05-01", "b1"], ["B", "2026-05-01", "b2"]],
    )
    other = write(
        tmp_path / "branches.csv", [["branch", "industry"], ["b1", "toys"], ["b2", "cars"], ["b3", "x"]]
    )
    history = write(tmp_path / "history.csv", HISTORY)
    found = again(read(leads, other, history), leads, other, history)
    assert found.rows()[0]["industry"] == "toys"


MAPPING = """
[[file]]
name = "export-*.csv"
[file.columns]
"f1" = "number"
"f2" = { field = "captured_at", order = "month" }
"f3" = "stage:demo"
"f4" = "status"
"f5" = { field = "amount", factor = 1000, comma = true }
"f6" = ""
"f7" = "source"

[[stage]]
key = "new"
name = "Neu"
canonical = 1
[[stage]]
key = "demo"
name = "Vorführung"
canonical = 3
texts = ["Demo"]
[[stage]]
key = "won"
name = "Gewonnen"
canonical = 6
won = true

[outcomes]
won = ["G"]
lost = ["V"]

[values.source]
"WWW" = "Web"
"""


def test_a_mapping_reads_what_cannot_be_recognised(tmp_path: Path) -> None:
    rows = [
        ["f1", "f2", "f3", "f4", "f5", "f6", "f7"],
        ["x1", "6/3/2026", "6/9/2026", "G", "1,5", "secret", "WWW"],
    ]
    found = read(write(tmp_path / "export-07.csv", rows), mapping=tomllib.loads(MAPPING))
    (row,) = found.rows()
    assert (row["number"], row["source"], row["amount"]) == ("x1", "Web", 1500)
    assert "f6" not in row
    assert [(e["kind"], e["stage"]) for e in found.events_of()] == [
        ("registered", "new"),
        ("stage", "demo"),
        ("stage", "won"),
        ("won", None),
    ]
    assert f"{row['captured_at']:%Y-%m-%d}" == "2026-06-02"


def test_a_mapping_of_one_column_leaves_the_rest_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [["lead id", "来历", "created date"], ["1", "web", "2026-05-01"]])
    found = read(path, mapping={"file": [{"columns": {"来历": "source"}}]})
    assert found.fields() == {"lead id": "number", "来历": "source", "created date": "captured_at"}
    assert [use.how for use in found.source.understanding.columns] == ["synonym", "mapping", "synonym"]


def test_a_column_that_is_missing_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [["lead id", "created date"], ["1", "2026-05-01"]])
    found = read(path, mapping={"file": [{"columns": {"gone": "source"}}]})
    assert found.first("mapped_column_missing").column == "gone"


@pytest.mark.parametrize(
    ("mapping", "where"),
    [
        ({"fiel": []}, "fiel"),
        ({"file": {"name": "a"}}, "file"),
        ({"file": [{"role": "boss"}]}, "role"),
        ({"file": [{"columns": {"a": "sauce"}}]}, "sauce"),
        ({"file": [{"columns": {"a": 3}}]}, "a"),
        ({"file": [{"columns": {"a": {"field": "captured_at", "order": "year"}}}]}, "order"),
        ({"file": [{"columns": {"a": {"field": "amount", "factor": "x"}}}]}, "factor"),
        ({"file": [{"separator": ",,"}]}, "separator"),
        ({"file": [{"header_row": "1"}]}, "header_row"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"stage": [{"key": "a"}]}, "stage"),
        ({"stage": [{"name": "a", "canonical": 9}]}, "canonical"),
        ({"outcomes": {"won": "yes"}}, "outcomes"),
        ({"values": {"source": ["a"]}}, "values.source"),
    ],
)
def test_a_wrong_mapping_is_refused_by_place(tmp_path: Path, mapping: dict[str, Any], where: str) -> None:
    path = write(tmp_path / "a.csv", [["lead id", "created date"], ["1", "2026-05-01"]])
    with pytest.raises(DataError) as problem:
        open_files([path], now=NOW, mapping=mapping)
    assert where in str(problem.value)


def test_a_zone_in_the_mapping_wins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [["lead id", "created date"], ["1", "2026-05-01 12:00"]])
    assert read(path, mapping={"zone": "UTC"}).rows()[0]["captured_at"].hour == 12
    assert read(path, zone="Europe/Berlin").rows()[0]["captured_at"].hour == 10
