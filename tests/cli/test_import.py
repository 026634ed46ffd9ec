"""`leadloop import`: what the wizard does, from the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from leadloop.cli.bench.files import write_export
from leadloop.cli.main import main
from leadloop.imports.models import Import
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.screening.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS = tmp_path / "uploads"


@pytest.fixture
def export(tmp_path) -> Path:
    path = tmp_path / "export.csv"
    write_export(path, leads=60, history=True, today=date(2026, 6, 15))
    return path


def test_every_row_becomes_a_lead_of_whoever_imports(export, cast, capsys):
    assert main(["import", str(export), "--as", "ops", "--language", "en"]) == 0

    assert "Created 60" in capsys.readouterr().out
    assert Lead.objects.count() == 60
    assert Import.objects.get().actor == cast.ops


def test_without_a_name_the_first_of_operations_imports(export, cast):
    assert main(["import", str(export)]) == 0
    assert Import.objects.get().actor == cast.ops


def test_a_dry_run_counts_and_writes_nothing(export, cast, capsys):
    assert main(["import", str(export), "--dry-run", "--language", "en"]) == 0

    printed = capsys.readouterr().out
    assert "Created 60" in printed
    assert "Nothing was written" in printed
    assert (Lead.objects.count(), Event.objects.count(), Import.objects.count()) == (0, 0, 0)


def test_a_second_import_skips_what_is_there(export, cast, capsys):
    assert main(["import", str(export)]) == 0
    capsys.readouterr()

    assert main(["import", str(export), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["created"], told["skipped"]) == (60, 0, 60)


def test_rejected_rows_are_told_with_their_reason_and_end_with_1(tmp_path, cast, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("线索编号,客户名称,获取时间\nA1,华信,2026-06-01\nA2,恒通,whenever\n", encoding="utf-8")

    assert main(["import", str(path), "--language", "en"]) == 1

    said = capsys.readouterr()
    assert "Created 1" in said.out
    assert "rejected 1" in said.out
    assert "row 3" in said.err


def test_who_may_not_import_is_refused(export, cast, capsys):
    assert main(["import", str(export), "--as", "exec"]) == 1
    assert capsys.readouterr().err
    assert Lead.objects.count() == 0


def test_a_file_that_is_not_there_is_a_problem(tmp_path, capsys):
    assert main(["import", str(tmp_path / "gone.csv")]) == 1
    assert "gone.csv" in capsys.readouterr().err


def test_nobody_to_import_as_is_wrong_usage(export, process, capsys):
    assert main(["import", str(export)]) == 2
    assert "--as" in capsys.readouterr().err


def test_a_mapping_decides_what_the_columns_are(tmp_path, cast):
    path, mapping = tmp_path / "odd.csv", tmp_path / "map.toml"
    path.write_text("nr,wer,wann\nB1,华信科技,2026-06-01\n", encoding="utf-8")
    columns = '"nr" = "number"\n"wer" = "customer"\n"wann" = "captured_at"\n'
    mapping.write_text(f'[[file]]\nname = "odd.csv"\n[file.columns]\n{columns}', encoding="utf-8")

    assert main(["import", str(path), "--map", str(mapping)]) == 0

    lead = Lead.objects.get()
    assert (lead.number, lead.customer.name) == ("B1", "华信科技")


def test_a_mapping_that_is_not_there_is_wrong_usage(export, capsys):
    assert main(["import", str(export), "--map", "gone.toml"]) == 2
    assert "gone.toml" in capsys.readouterr().err


def test_the_leads_are_looked_over_as_after_an_import_in_the_browser(tmp_path, cast, capsys):
    path = tmp_path / "a.csv"
    path.write_text("公司,手机,获取时间\n华信科技,1390,2026-06-01\n", encoding="utf-8")
    assert main(["import", str(path), "--as", "ops"]) == 0
    assert Finding.objects.filter(rule="unreachable").exists()
