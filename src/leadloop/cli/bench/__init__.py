"""``leadloop bench``: generate leads with history and measure the main jobs against yardsticks."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadloop.cli.language import gettext as _
from leadloop.cli.terminal import table, warn
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

EXAMPLES = """
leadloop bench
leadloop bench --leads 10000 --jobs list-page,stage-move
leadloop bench --leads 10000,100000,1000000 --database postgresql --json > bench.json
"""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--leads",
        type=_sizes,
        default=[100_000],
        metavar="N[,N…]",
        help=_("how many leads (100000); several sizes also give the growth"),
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--jobs", metavar="JOB[,JOB…]", help=_("only these; --jobs list names them"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help=_("work there, and leave it"))
    parser.add_argument(
        "--write-docs", type=Path, metavar="DIRECTORY", help=_("add the figures to the docs there")
    )


def _sizes(text: str) -> list[int]:
    try:
        sizes = [int(part.replace("_", "")) for part in text.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 100:
        raise ArgumentTypeError(
            _("“%(text)s”: write numbers of at least 100, such as 10000,100000.") % {"text": text}
        )
    return sizes


def run(args: Namespace) -> int:
    from leadloop.cli.bench.jobs import all_jobs

    jobs = all_jobs()
    if args.jobs == "list":
        print("\n".join(jobs))
        return 0
    chosen = _chosen(args.jobs, list(jobs))
    report = _measure(args, chosen)
    if args.write_docs:
        from leadloop.cli.bench.document import write_documents

        write_documents(report, args.write_docs)
    print(json.dumps(report, ensure_ascii=False, indent=2) if args.json else _readable(report))
    for failure in report["failed"]:
        warn(_("%(job)s could not be measured: %(error)s") % failure)
    return 1 if report["failed"] else 0


def _chosen(text: str | None, known: list[str]) -> list[str]:
    if text is None:
        return known
    wanted = [name.strip() for name in text.split(",")]
    for name in wanted:
        if name not in known:
            raise UsageError(
                msg("There is no job “%(name)s”. There are: %(all)s.", name=name, all=", ".join(known))
            )
    return wanted


def _measure(args: Namespace, chosen: list[str]) -> dict[str, Any]:
    from leadloop.cli.bench import machine
    from leadloop.cli.bench.growth import growth

    started = datetime.now(UTC)
    results: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for leads in args.leads:
        _one_size(args, chosen, leads, results, failed)
    if len(args.leads) > 1:
        results += [result.as_dict() for result in growth(results)]
    return {
        "machine": machine.describe(),
        "versions": machine.versions(),
        "date": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds()),
        "results": results,
        "failed": failed,
    }


def _one_size(
    args: Namespace,
    chosen: list[str],
    leads: int,
    results: list[dict[str, Any]],
    failed: list[dict[str, Any]],
) -> None:
    """Add to ``results``; a job that cannot be measured goes to ``failed`` and takes no other along."""
    from leadloop.cli.bench.databases import databases
    from leadloop.cli.bench.jobs import all_jobs
    from leadloop.cli.bench.processes import MeasuringFailed
    from leadloop.cli.bench.workshop import Workshop

    jobs = all_jobs()
    with tempfile.TemporaryDirectory(prefix="leadloop-bench-", ignore_cleanup_errors=True) as temporary:
        place = args.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        with databases(args.database, place) as made:
            shop = Workshop(
                leads=leads, databases=made, place=place, say=lambda text: _say(f"{leads:,}: {text}")
            )
            for name in chosen:
                _say(f"{leads:,}: {name}")
                try:
                    results += [result.as_dict() for result in jobs[name](shop)]
                except MeasuringFailed as error:
                    failed.append({"job": name, "leads": leads, "error": str(error)})


def _say(text: str) -> None:
    if sys.stderr.isatty():
        warn(text)


def _readable(report: dict[str, Any]) -> str:
    headers = [
        _("Job"),
        _("Leads"),
        _("Database"),
        _("Figure"),
        _("Compared with"),
        _("Ratio"),
        _("Target"),
        "",
    ]
    rows = [
        (
            result["job"],
            f"{result['leads']:,}",
            result["database"],
            f"{result['value']:.4g} {result['unit']}" if result["value"] is not None else "",
            result["compared_with"] or "",
            f"{result['ratio']:.3g}" if result["ratio"] is not None else "",
            result["target"] or "",
            {True: "✓", False: "✗", None: ""}[result["met"]],
        )
        for result in report["results"]
    ]
    about = report["machine"]
    place = f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}"
    return f"{place}\n{report['date']}\n\n{table(headers, rows, right={1, 3, 5})}"
