"""``leadloop export``: a table into a file, or onto standard output."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from leadloop.cli.language import gettext as _
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

if TYPE_CHECKING:
    from leadloop.cli.export.reader import Reader
    from leadloop.cli.export.tables import Table

DOCUMENTS = ("lead-register", "grade-list", "follow-up-plan", "follow-up-records")
TABLES = (
    "leads", "customers", "contacts", "journal", "journeys", "visits", "people", "channels", "reasons",
    *DOCUMENTS,
)  # fmt: skip
"""Named here so that the help needs no database; a test keeps it equal to what there is."""

EXAMPLES = """
leadloop export leads -o leads.xlsx
leadloop export leads --as rep > mine.csv
leadloop export journal -o journal.csv
leadloop export lead-register -o register.xlsx --language zh
"""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("table", choices=TABLES, metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=_(".csv or .xlsx; without it, CSV is printed")
    )
    parser.add_argument(
        "--as",
        dest="reader",
        metavar="USER",
        help=_("only what this person may see (sign-in name); otherwise everything"),
    )


def run(args: Namespace) -> int:
    if args.output is not None and args.output.suffix.lower() not in {".csv", ".xlsx"}:
        raise UsageError(
            msg("“%(file)s”: write to a file that ends in .csv or .xlsx.", file=args.output), field="output"
        )
    from leadloop.cli.application import set_up

    set_up()
    from leadloop.cli.export.reader import reader_named

    table = _find(args.table)(reader_named(args.reader))
    _write(table, args.output)
    return 0


def _find(name: str) -> Callable[[Reader], Table]:
    from leadloop.cli.export import tables

    if name in DOCUMENTS:
        from leadloop.cli.export import documents

        return documents.finder(name)
    if name not in {"journeys", "visits"}:
        return tables.FIND[name]
    # Opening the analysis takes a second that the other tables need not wait for.
    from leadloop.cli.export import folded

    return {"journeys": folded.journeys, "visits": folded.visits}[name]


def _write(table: Table, path: Path | None) -> None:
    from django.utils.timezone import get_default_timezone_name

    from leadloop.foundation.spreadsheet import Sheet, write_csv, write_xlsx

    zone = get_default_timezone_name()
    if path is None:
        write_csv(sys.stdout.buffer, table.headers, table.rows, zone=zone)
        return
    # Written beside its place and then moved there: nobody ever finds half a file.
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as stream:
            if path.suffix.lower() == ".xlsx":
                write_xlsx(
                    stream,
                    [Sheet(table.name or path.stem, table.headers, table.rows, table.widths)],
                    zone=zone,
                )
            else:
                write_csv(stream, table.headers, table.rows, zone=zone)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
