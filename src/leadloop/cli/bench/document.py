"""The page with the figures, made from the reports beside it, so that no figure is ever typed.

``docs/bench/*.json`` are reports of ``leadloop bench``, one per machine, size and database;
``docs/performance.md`` and the plots are written from all of them together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leadloop.cli.bench.growth import Points, compares_sizes, costs, exponent, growth
from leadloop.cli.bench.plot import plot

Report = Mapping[str, Any]
ResultOf = Mapping[str, Any]

HEAD = """\
# Performance

Written by `leadloop bench --write-docs docs`; the reports it is made from are in [bench/](bench/).
Do not edit: measure again.

Shared machines drift by a third within minutes, so every figure is the median of several rounds
(the first one thrown away), and a ratio is taken between two things measured in turn in the same
rounds. The yardsticks are part of the measurement: a project as `django-admin startproject` makes
it, with one table and one list page, served by the same server on the same kind of database;
Django's `bulk_create`; and SQL written by hand for the same question on the same Parquet files.
Memory is what the processes hold together, shared pages counted once.
"""


def write_documents(report: Report, folder: Path) -> None:
    """Keep the report and write the page again from all that are kept."""
    kept = folder / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    sizes = sorted({result["leads"] for result in report["results"]})
    kinds = sorted({result["database"] for result in report["results"]} - {"none"})
    name = f"{'-'.join(kinds) or 'none'}-{'-'.join(str(size) for size in sizes)}.json"
    (kept / name).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_page(folder)


def write_page(folder: Path) -> None:
    kept = folder / "bench"
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(kept.glob("*.json"))]
    measured = [one for one in _latest(reports) if not compares_sizes(one)]
    day = max(result["date"] for result in measured)
    # What compares sizes is made anew: they may have been measured by different commands.
    across = [{**one.as_dict(), "date": day} for one in growth(measured) if one.unit != "exponent"]
    parts = [HEAD, _machines(reports)]
    for leads in sorted({result["leads"] for result in measured}, reverse=True):
        parts.append(_size(leads, [one for one in [*measured, *across] if one["leads"] == leads]))
    parts.append(_growth(measured, kept))
    (folder / "performance.md").write_text("\n".join(part for part in parts if part), encoding="utf-8")


def _latest(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Of each job, size and database the figure of the newest report."""
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    for report in sorted(reports, key=lambda one: one["date"]):
        for result in report["results"]:
            found[result["job"], result["leads"], result["database"]] = {
                **result,
                "date": report["date"][:10],
            }
    return list(found.values())


def _machines(reports: Sequence[Report]) -> str:
    lines = ["## Machine\n"]
    for report in sorted(reports, key=lambda one: one["date"]):
        machine, versions = report["machine"], report["versions"]
        named = ", ".join(f"{name} {version}" for name, version in versions.items())
        lines.append(
            f"- {report['date'][:10]}: {machine['processor']}, {machine['cores']} cores, "
            f"{machine['memory_gb']} GB, {machine['system']}. {named}."
        )
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _size(leads: int, results: Sequence[ResultOf]) -> str:
    rows = [
        f"## {leads:,} leads\n",
        "| job | database | figure | spread | against | ratio | target | met | date |",
        "|---|---|--:|--:|---|--:|---|---|---|",
    ]
    for result in sorted(results, key=lambda one: (one["job"], one["database"])):
        rows.append("| " + " | ".join(_cells(result)) + " |")
    return "\n".join(rows) + "\n"


def _cells(result: ResultOf) -> list[str]:
    spread = result.get("spread")
    against = result["compared_with"] or ""
    if result.get("yardstick") is not None:
        against += f" ({_short(result['yardstick'])} {result['unit']})"
    return [
        result["job"] + (f" <br><small>{result['note']}</small>" if result.get("note") else ""),
        result["database"],
        f"{_short(result['value'])} {result['unit']}" if result["value"] is not None else "",
        f"{_short(spread[0])} to {_short(spread[1])}" if spread else "",
        against,
        _short(result["ratio"]) if result["ratio"] is not None else "",
        (result["target"] or "").replace("|", "/"),
        {True: "yes", False: "**no**", None: ""}[result["met"]],
        result["date"],
    ]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _growth(results: Sequence[ResultOf], kept: Path) -> str:
    """One plot per database, of all jobs that were measured at several sizes."""
    found = costs(results)
    if not found:
        return ""
    lines = [
        "## Growth\n",
        "Cost against the number of leads, both on logarithmic scales, each job divided by its cost at its",
        "smallest size. The dashed line is linear growth. The exponent is the slope: 1 is linear. The plots",
        "show the steepest, the tables all.\n",
    ]
    for database in sorted({database for _, database in found}):
        series: dict[str, Points] = {job: points for (job, kind), points in found.items() if kind == database}
        (kept / f"growth-{database}.svg").write_text(plot(series), encoding="utf-8")
        lines += [f"![Growth on {database}](bench/growth-{database}.svg)\n"]
        lines += ["| job | database | from | to | exponent |", "|---|---|--:|--:|--:|"]
        lines += [
            f"| {job} | {database} | {points[0][0]:,} | {points[-1][0]:,} | {exponent(points):.2f} |"
            for job, points in sorted(series.items())
        ]
        lines.append("")
    return "\n".join(lines)
