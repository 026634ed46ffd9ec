"""``leadloop analyze``: an export in, a diagnosis out; no server, no database."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadloop.cli.language import gettext as _
from leadloop.cli.terminal import Progress, table
from leadloop.foundation import clock
from leadloop.foundation.errors import DataError, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import DEFAULT_ZONE, Period

if TYPE_CHECKING:
    from leadloop.analysis.library import Journeys
    from leadloop.analysis.scope import Scope
    from leadloop.reporting.diagnosis import Diagnosis

EXAMPLES = """\
  leadloop analyze export.csv
  leadloop analyze export.xlsx --period 2026-06 --compare previous --by source,industry+size,team
  leadloop analyze leads.csv stages.csv --period 2026-Q2 -o report.html
  leadloop analyze export.csv --explain-map > map.toml
  leadloop analyze export.csv --map map.toml --json
"""

USUAL_DIMENSIONS = (("source",), ("industry", "size"), ("team",))
FORMS = (".html", ".xlsx", ".json")
OK = 0


def configure(parser: argparse.ArgumentParser) -> None:
    _add_question(parser)
    _add_reading(parser)
    _add_output(parser)


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", type=Path, help=_("CSV, XLSX, XLS or ODS; several are joined")
    )
    parser.add_argument(
        "--map", metavar="MAP.toml", type=Path, help=_("how to read the columns (see --explain-map)")
    )
    parser.add_argument(
        "--period",
        metavar="PERIOD",
        help=_(
            "2026-06, 2026-Q2, 2026-H1, 2026 or 2026-04-01..2026-07-01 (end excluded); default: all leads"
        ),
    )
    parser.add_argument(
        "--compare",
        metavar="PERIOD",
        help=_("a period, or previous, or year (the same period a year before)"),
    )
    parser.add_argument(
        "--by",
        metavar="DIM,…",
        help=_(
            "dimensions; two columns joined by +; default: source, industry+size, team, where they are there"
        ),
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--basis",
        choices=("cohort", "activity"),
        default="cohort",
        help=_("leads captured in the period (cohort, default), or what happened in it (activity)"),
    )
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help=_("look at the data as it was then: 2026-06-30 or 2026-06-30T18:00"),
    )
    parser.add_argument(
        "--horizon",
        metavar="DAYS",
        type=int,
        default=90,
        help=_("day after capture by which wins are expected (default 90)"),
    )
    parser.add_argument(
        "--zone",
        metavar="ZONE",
        default=DEFAULT_ZONE,
        help=_("time zone of times without one (default %(zone)s)") % {"zone": DEFAULT_ZONE},
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="REPORT", type=Path, help=_("write a report: .html, .xlsx or .json")
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print everything that the report says as JSON")
    )
    parser.add_argument(
        "--explain-map",
        action="store_true",
        help=_("show how the columns were understood, as a mapping file (TOML)"),
    )


def run(args: argparse.Namespace) -> int:
    _check(args)
    mapping = _mapping(args.map)
    if args.explain_map:
        return explain_map(args, mapping)
    with Progress(_("Reading")) as progress:
        diagnosis, journeys = diagnose(args, mapping, progress.say)
        if args.output is not None:
            progress.say(_("Writing the report"))
            _write(args.output, diagnosis, journeys)
    if args.json:
        print(_json(diagnosis, journeys))
    elif args.output is None:
        from leadloop.reporting.documents import summary

        print(summary.text(diagnosis, table))
    else:
        print(args.output)
    return OK


def diagnose(
    args: argparse.Namespace, mapping: dict[str, Any] | None, say: Callable[[str], None] = lambda text: None
) -> tuple[Diagnosis, Journeys]:
    """Read the files and ask every question of the report."""
    from leadloop import analysis
    from leadloop.reporting import standalone
    from leadloop.reporting.diagnosis import Diagnosis
    from leadloop.reporting.names import names_of_file

    standalone.speak(args.language)
    journeys = analysis.Journeys.from_csv(
        *args.files, mapping=mapping, zone=args.zone, as_of=_as_of(args.as_of, args.zone)
    )
    scope = _scope(args, journeys)
    say(_("Counting"))
    conversion = analysis.conversion(journeys, scope=scope, customers=True)
    funnel = analysis.funnel(journeys, scope=scope)
    found = Diagnosis(
        sources=tuple(path.name for path in args.files),
        made_at=clock.now(),
        scope=scope,
        conversion=conversion,
        funnel=funnel,
        quality=analysis.quality(journeys, scope=scope),
        issues=tuple(journeys.issues),
        names=names_of_file(journeys.stages),
        understanding=journeys.understanding,
    )
    return found, journeys


def explain_map(args: argparse.Namespace, mapping: dict[str, Any] | None) -> int:
    """The mapping on stdout, so that it can be saved; how columns were understood beside it on stderr."""
    from leadloop import intake
    from leadloop.reporting import standalone
    from leadloop.reporting.definitions import use_of_column

    standalone.speak(args.language)
    found = intake.open_files(args.files, now=clock.now(), mapping=mapping, zone=args.zone).understanding
    rows = [
        (column.file, column.header, use_of_column(column), ", ".join(column.examples[:3]))
        for column in found.columns
    ]
    print(table([_("File"), _("Column"), _("Taken for"), _("For example")], rows), file=sys.stderr)
    print(file=sys.stderr)
    print(found.mapping_toml)
    return OK


def _check(args: argparse.Namespace) -> None:
    """Wrong usage is said before a large file is read."""
    missing = [str(path) for path in args.files if not path.is_file()]
    if missing:
        raise UsageError(msg("There is no file “%(name)s”.", name=missing[0]))
    if args.output is not None and args.output.suffix.lower() not in FORMS:
        raise UsageError(
            msg("-o: the name must end in .html, .xlsx or .json, not “%(name)s”.", name=args.output.name)
        )
    if args.output is not None and not args.output.resolve().parent.is_dir():
        raise UsageError(msg("-o: there is no folder “%(name)s”.", name=args.output.resolve().parent))
    if not 1 <= args.horizon <= 3650:
        raise UsageError(msg("--horizon: a number of days from 1 to 3650."))
    if args.compare and not args.period:
        raise UsageError(msg("--compare needs --period: there is nothing to compare all leads with."))
    try:
        ZoneInfo(args.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            msg("--zone: “%(name)s” is not a time zone. Write Asia/Shanghai.", name=args.zone)
        ) from None
    _period(args)
    _as_of(args.as_of, args.zone)


def _period(args: argparse.Namespace) -> tuple[Period | None, Period | None]:
    from leadloop.store import scopes

    address = {"period": args.period or scopes.ALL, "compare": args.compare or scopes.NONE}
    scope = scopes.read_scope(address, as_of=clock.now(), visibility=_everything(), zone=args.zone)
    return scope.period, scope.compare


def _scope(args: argparse.Namespace, journeys: Journeys) -> Scope:
    from leadloop.analysis.scope import Scope

    period, compare = _period(args)
    return Scope(
        as_of=journeys.as_of,
        period=period,
        compare=compare,
        basis=args.basis,
        process=journeys.stages[0].process,
        dimensions=_dimensions(args.by, journeys.dimensions()),
        horizon_days=args.horizon,
        zone=args.zone,
    )


def _dimensions(text: str | None, available: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    from leadloop.store import scopes

    if text is None:
        found = (tuple(column for column in usual if column in available) for usual in USUAL_DIMENSIONS)
        return tuple(dimension for dimension in found if dimension)
    dimensions = scopes.read_dimensions([text])
    for column in (column for dimension in dimensions for column in dimension):
        if column not in available:
            raise UsageError(
                msg(
                    "--by: there is no dimension “%(name)s”. This file has: %(available)s.",
                    name=column,
                    available=", ".join(available),
                )
            )
    return dimensions


def _as_of(text: str | None, zone: str) -> datetime | None:
    """A moment, or the end of a day."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            msg("--as-of: “%(text)s” is not a time. Write 2026-06-30 or 2026-06-30T18:00.", text=text)
        ) from None
    if len(text) <= 10:
        moment += timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(msg("There is no file “%(name)s”.", name=path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            msg("%(name)s is not valid TOML: %(error)s", name=path.name, error=str(error))
        ) from None


def _write(path: Path, found: Diagnosis, journeys: Journeys) -> None:
    """Write to a file beside and swap, so that a report is never half there."""
    half = path.with_name(f".{path.name}.part")
    try:
        _write_form(path.suffix.lower(), half, found, journeys)
        half.replace(path)
    except OSError as error:
        raise DataError(
            msg("%(name)s cannot be written: %(error)s", name=path, error=error.strerror or "")
        ) from None
    finally:
        half.unlink(missing_ok=True)


def _write_form(form: str, path: Path, found: Diagnosis, journeys: Journeys) -> None:
    if form == ".html":
        from leadloop.reporting.documents import page

        path.write_text(page.render(found), encoding="utf-8")
    elif form == ".xlsx":
        from leadloop.reporting.documents import workbook

        with path.open("wb") as stream:
            workbook.write(stream, found)
    else:
        path.write_text(_json(found, journeys) + "\n", encoding="utf-8")


def _json(found: Diagnosis, journeys: Journeys) -> str:
    from leadloop.reporting.documents import data

    return json.dumps(data.as_data(found, journeys.stages), ensure_ascii=False, indent=2)


def _everything() -> Any:
    from leadloop.analysis.scope import Visibility

    return Visibility.all()
