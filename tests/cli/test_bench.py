"""`leadloop bench`: its arithmetic, its honest yardsticks, its page, and one small run of the real thing."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import pytest

from leadloop import intake
from leadloop.cli.bench import document, growth, plot
from leadloop.cli.bench.figures import Rounds, in_turn, percentile, ratio
from leadloop.cli.bench.files import write_export
from leadloop.cli.bench.jobs import all_jobs
from leadloop.cli.bench.jobs.imports import spoil
from leadloop.cli.main import main
from leadloop.foundation.clock import now


def result(job: str = "list_page_median", leads: int = 1000, value: float = 20.0, **more) -> dict:
    empty = dict.fromkeys(("compared_with", "ratio", "target", "met", "spread", "yardstick", "note"))
    return {**empty, "job": job, "leads": leads, "database": "sqlite", "value": value, "unit": "ms", **more}


def report(*results: dict, day: str = "2026-06-15") -> dict:
    return {
        "machine": {"processor": "A processor", "cores": 2, "memory_gb": 8, "system": "Linux"},
        "versions": {"python": "3.11"},
        "date": f"{day}T10:00:00+00:00",
        "results": list(results),
    }


def test_things_are_measured_in_turn_and_the_first_round_is_thrown_away():
    order: list[str] = []

    def thing(name: str, values: list[float]):
        def once() -> float:
            order.append(name)
            return values.pop(0)

        return once

    a, b = in_turn(thing("a", [100, 1, 2, 3]), thing("b", [100, 2, 4, 6]), rounds=3)

    assert order == ["a", "b"] * 4
    assert (a.values, b.values) == ((1, 2, 3), (2, 4, 6))
    assert (a.median, a.spread) == (2, (1, 3))


def test_a_ratio_is_taken_within_each_round():
    # The machine became ten times slower in the second round: both felt it.
    assert ratio(Rounds((10, 100, 10)), Rounds((5, 50, 5))) == 2


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 51), (0.95, 96), (1.0, 100)])
def test_percentiles(share, value):
    assert percentile(list(range(100, 0, -1)), share) == value


@pytest.mark.parametrize(("power", "unit"), [(1.0, "ms"), (0.5, "s"), (1.3, "MB")])
def test_growth_finds_the_exponent(power, unit):
    results = [
        result("store_rebuild", leads=n, value=3 * n**power, unit=unit) for n in (10_000, 100_000, 1_000_000)
    ]

    (found,) = growth.growth(results)

    assert found.value == pytest.approx(power)
    assert found.met is (power <= growth.LINEAR)


@pytest.mark.parametrize(("job", "slope"), [("import_with_history", 1.0), ("create_1_client", 0.0)])
def test_a_rate_that_stays_is_linear_growth_only_of_what_does_every_lead(job, slope):
    results = [result(job, leads=n, value=5000, unit="leads/s") for n in (10_000, 100_000)]

    assert growth.growth(results)[0].value == pytest.approx(slope)


def test_the_list_at_a_million_is_held_against_a_hundred_thousand():
    results = [result(leads=100_000, value=20.0), result(leads=1_000_000, value=30.0)]

    found = next(one for one in growth.growth(results) if one.job == growth.LIST_PAGES)

    assert found.ratio == pytest.approx(1.5)
    assert found.met is False


def test_one_size_has_no_growth():
    assert growth.growth([result(), result(value=21.0)]) == []


def test_the_page_has_the_newest_figure_of_each_job_with_machine_and_date(tmp_path):
    document.write_documents(report(result(value=20.0)), tmp_path)
    newer = result(value=31.4, target="<= 2.5 x bare", met=False, spread=[30.0, 33.0])
    document.write_documents(report(newer, result(leads=10_000), day="2026-07-01"), tmp_path)

    page = (tmp_path / "performance.md").read_text(encoding="utf-8")

    assert page.count(growth.LIST_PAGES) == 0
    assert "31.4 ms" in page
    assert "A processor, 2 cores, 8 GB" in page
    assert "| 30 to 33 |" in page
    assert "**no** | 2026-07-01" in page
    assert page.count("| list_page_median | sqlite |") >= 2


def test_growth_is_plotted_as_valid_svg(tmp_path):
    results = [result(job=f"job_{k}", leads=n, value=n * k) for n in (1000, 10_000) for k in range(1, 20)]
    document.write_documents(report(*results), tmp_path)

    picture = ElementTree.parse(tmp_path / "bench" / "growth-sqlite.svg").getroot()

    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 1 + plot.SHOWN
    assert "bench/growth-sqlite.svg" in (tmp_path / "performance.md").read_text(encoding="utf-8")


def test_the_files_that_are_imported_are_understood_as_they_are_meant(tmp_path):
    export = tmp_path / "export.csv"
    write_export(export, leads=300, history=True, today=date(2026, 6, 15))

    source = intake.open_files([export], now=now())
    (batch,) = source.batches()

    kinds = set(batch.events["kind"].to_pylist())
    assert batch.leads.num_rows == 300
    assert batch.rows_rejected == 0
    assert {"registered", "assigned", "followed_up", "stage", "won", "lost"} <= kinds
    assert len({stage for stage in batch.events["stage"].to_pylist() if stage}) == 6


def test_two_files_are_about_different_leads(tmp_path):
    texts = []
    for number, name in enumerate(("one.csv", "two.csv")):
        write_export(tmp_path / name, leads=50, history=False, today=date(2026, 6, 15), first=number * 1000)
        texts.append((tmp_path / name).read_text(encoding="utf-8").splitlines()[1:])

    for column in (0, 3, 5, 6):
        one, two = ({line.split(",")[column] for line in lines} for lines in texts)
        assert one.isdisjoint(two)


def test_a_spoilt_file_keeps_its_number_of_rows(tmp_path):
    write_export(tmp_path / "good.csv", leads=200, history=True, today=date(2026, 6, 15))

    rows = spoil(tmp_path / "good.csv", tmp_path / "bad.csv")

    assert rows == 200
    good, bad = (
        (tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("good.csv", "bad.csv")
    )
    assert len(good) == len(bad) == 201
    assert sum(a != b for a, b in zip(good, bad, strict=True)) >= 15


def test_a_job_that_fails_takes_no_other_along(capsys, monkeypatch):
    from leadloop.cli.bench.figures import Result
    from leadloop.cli.bench.processes import MeasuringFailed

    def breaks(shop):
        raise MeasuringFailed("the server ended")

    def works(shop):
        return [Result("works", shop.leads, shop.database, 1.0, "s")]

    monkeypatch.setattr("leadloop.cli.bench.jobs.all_jobs", lambda: {"breaks": breaks, "works": works})

    assert main(["bench", "--leads", "100", "--json", "--language", "en"]) == 1

    said = capsys.readouterr()
    told = json.loads(said.out)
    assert [one["job"] for one in told["results"]] == ["works"]
    assert [one["job"] for one in told["failed"]] == ["breaks"]
    assert "the server ended" in said.err


def test_every_job_can_be_named(capsys):
    assert main(["bench", "--jobs", "list"]) == 0
    assert capsys.readouterr().out.split() == list(all_jobs())


def test_an_unknown_job_is_wrong_usage(capsys):
    assert main(["bench", "--jobs", "flying"]) == 2
    assert "flying" in capsys.readouterr().err


@pytest.mark.parametrize("sizes", ["many", "10", ""])
def test_a_size_that_is_none_is_wrong_usage(sizes):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "--leads", sizes])
    assert ended.value.code == 2


@pytest.mark.slow
def test_a_small_run_gives_figures_and_leaves_nothing_behind(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert main(["bench", "--leads", "1500", "--jobs", "stage-move,figures,store", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    jobs = {entry["job"]: entry for entry in told["results"]}
    assert {"machine", "versions", "date"} <= told.keys()
    assert {"stage_move", "conversion_engine", "funnel_page", "store_rebuild"} <= jobs.keys()
    assert all(entry["value"] > 0 for entry in jobs.values())
    assert jobs["conversion_engine"]["ratio"] > 0
    assert [path for path in Path(tmp_path).iterdir() if path.name.startswith("leadloop-bench-")] == []
