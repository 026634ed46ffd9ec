"""The golden tables again, this time imported into the application and read off its pages."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from leadloop.imports.operations import import_file
from leadloop.reporting.tables import priority_text

pytestmark = pytest.mark.django_db(transaction=True)

GOLDEN = Path(__file__).parent.parent / "golden"
LATER = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def imported(cast, settings, tmp_path):
    settings.STORE = tmp_path / "store"
    settings.UPLOADS = tmp_path / "uploads"

    def run(name: str) -> None:
        copy = tmp_path / name
        copy.write_bytes((GOLDEN / name).read_text(encoding="utf-8-sig").encode("gb18030"))
        done = import_file(paths=[copy], actor=cast.ops, clock=lambda: LATER)
        assert done.rejected == 0

    return run


def table(client, address: str) -> list[dict[str, str]]:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content[:500]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def expected(name: str) -> list[list]:
    return json.loads((GOLDEN / f"{name}_expected.json").read_text(encoding="utf-8"))["rows"]


def test_table_1_from_gb18030_priorities_included(imported, cast, client_for):
    imported("table1_leads.csv")
    client = client_for(cast.ops)
    question = "period=2026-06&compare=2026-05&by=source&by=industry%2Bsize&by=team"
    rows = {row["Value"]: row for row in table(client, f"/analysis/conversion.csv?{question}")}
    with translation.override("en"):
        words = {name: priority_text(name) for name in ("high", "medium", "low", "none")}
        words["high: needs support"] = priority_text("support")
    for _dimension, value, leads, deals, rate, change, priority in expected("table1"):
        row = rows[value.replace("/", " / ")]
        assert (int(row["Leads"]), int(row["Won"])) == (leads, deals)
        assert round(float(row["Rate"]) * 100, 1) == rate
        assert round(float(row["Change"]) * 100, 1) == change
        assert row["Priority"] == words[priority]

    page = client.get(f"/analysis/conversion/?{question}").content.decode()
    href = re.search(r'href="(/leads/\?[^"]*figure=deals[^"]*)">105</a>', page)
    assert href
    assert '<span class="num">105</span>' in client.get(href[1].replace("&amp;", "&")).content.decode()


def test_table_2_for_a_chinese_reader(imported, cast, client_for):
    imported("table2_leads.csv")
    cast.ops.language = "zh-hans"
    cast.ops.save()
    rows = [list(row.values()) for row in table(client_for(cast.ops), "/analysis/funnel.csv?period=all")]
    for row, (stage, entered, lost, rate, reasons) in zip(rows, expected("table2"), strict=True):
        assert (row[0], int(row[1])) == (stage, entered)
        assert row[3] == ("" if lost is None else str(lost))
        assert row[7] == "" if rate is None else round(float(row[7]) * 100, 1) == rate
        shown = dict.fromkeys(f"{name} {share}%" for name, share in reasons)
        assert list(shown) == row[14].split("; ")[: len(shown)] or not reasons
