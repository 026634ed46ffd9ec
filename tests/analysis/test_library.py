"""The analysis as a library: cheap to import, no web application, results that convert."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from tests.analysis.fold.lives import day, event, folded
from tests.analysis.metrics.crowd import AS_OF, crowd

from leadloop import analysis
from leadloop.analysis import Journeys, catalogue, conversion, funnel, results
from leadloop.analysis.documents import to_arrow, to_pandas
from leadloop.analysis.library import Journeys as Library
from leadloop.foundation.errors import DataError

ROOT = Path(__file__).parents[2]


def test_import_loads_nothing_heavy_and_no_django() -> None:
    code = (
        "import sys, leadloop.analysis; "
        "print([name for name in ('django', 'ibis', 'duckdb', 'pyarrow', 'numpy', 'scipy') if name in "
        "sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_using_it_loads_no_django() -> None:
    code = (
        "import sys; from leadloop.analysis import Journeys, conversion, funnel, quality, as_json, lead_ids; "
        "print('django' in sys.modules, 'scipy' in sys.modules, 'pandas' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False False False"


def test_everything_promised_is_there() -> None:
    assert {getattr(analysis, name).__name__ for name in analysis.__all__} == set(analysis.__all__)
    assert set(analysis.__all__) <= set(dir(analysis))
    with pytest.raises(AttributeError, match="diagnosis"):
        _ = analysis.diagnosis


def test_tables_of_parquet_give_the_same(tmp_path: Path) -> None:
    found = crowd()
    for name in ("journeys", "visits"):
        getattr(found, name).to_parquet(tmp_path / f"{name}.parquet")
    opened = Journeys.from_parquet(
        journeys=tmp_path / "journeys.parquet",
        visits=tmp_path / "visits.parquet",
        stages=found.stages,
        as_of=AS_OF,
    )
    asked = {"period": "2025-Q2", "compare": "2025-Q1"}
    assert conversion(opened, by="source,month", **asked) == conversion(found, by="source,month", **asked)
    assert funnel(opened, **asked) == funnel(found, **asked)
    with pytest.raises(DataError, match="without the events"):
        opened.at(AS_OF - timedelta(days=1))


def test_newer_snapshot_is_not_answered_with_the_older_one() -> None:
    """Compiled questions are shared by all journeys; what they find is not."""
    young = folded(event("stage", 2, "need"), as_of=4)
    old = folded(event("stage", 2, "need"), event("lost", 9, reason="price"), as_of=20)
    assert [funnel(one).rows[2].lost for one in (young, old, young)] == [0, 1, 0]
    assert [conversion(one).expected.expected for one in (young, old)] == [0.0, 0.0]
    open_longer = folded(event("stage", 2, "need"), as_of=9)
    assert [_seen(one) for one in (young, open_longer, young)] == [4, 9, 4]


def _seen(journeys: Journeys) -> object:
    """For how many days the only lead was followed, as the warning says."""
    return next(one.params["seen"] for one in conversion(journeys).warnings if "seen" in one.params)


def test_rows_convert() -> None:
    rows = conversion(crowd(), period="2025-Q2", by="source").rows
    table = to_arrow(rows)
    assert table.column_names == [one.name for one in fields(results.ConversionRow)]
    assert table["leads"].to_pylist() == [row.leads for row in rows]
    assert to_pandas(rows)["deals"].tolist() == [row.deals for row in rows]


def test_as_of_defaults_to_the_last_moment() -> None:
    import pyarrow as pa
    from tests.analysis.fold.lives import STAGES, lead, table

    from leadloop.analysis.tables import EVENT_COLUMNS, LEAD_COLUMNS

    events = [{"lead_id": 1, "sequence": 1, **event("stage", 7, "need")}]
    found = Library.from_tables(
        leads=table([lead()], LEAD_COLUMNS), events=table(events, EVENT_COLUMNS), stages=STAGES
    )
    assert found.as_of == day(7)
    with pytest.raises(DataError, match="no lead"):
        Library.from_tables(
            leads=table([], LEAD_COLUMNS), events=pa.table(table([], EVENT_COLUMNS)), stages=STAGES
        )


def test_every_figure_of_the_results_is_in_the_catalogue() -> None:
    listed = {name for metric in catalogue.METRICS.values() for name in metric.fields}
    plain = {
        "ConversionRow": {"dimension", "value", "values"},
        "FunnelRow": {"stage", "position"},
        "Conversion": {"population", "overall", "rows", "expected", "truncated", "warnings"},
        "Funnel": {"population", "rows", "warnings"},
        "QualityCheck": {"check", "title"},
    }
    records = (
        results.Population, results.ConversionRow, results.Expected, results.Conversion, results.Reason,
        results.FunnelRow, results.Funnel, results.QualityCheck,
    )  # fmt: skip
    expected = {
        f"{record.__name__}.{one.name}"
        for record in records
        for one in fields(record)
        if one.name not in plain.get(record.__name__, ())
    }
    assert listed == expected


def test_catalogue_page_is_current() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == catalogue.markdown()
    assert all(name == metric.name for name, metric in catalogue.METRICS.items())
