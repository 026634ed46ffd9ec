"""The documents that are lists of leads, as the documents page gives them."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.timezone import get_default_timezone_name

from leadloop.cli.export.reader import Reader
from leadloop.cli.export.tables import Table
from leadloop.foundation import clock
from leadloop.reporting.documents.registers import DOCUMENTS, Choice, Reading, table


def finder(name: str) -> Callable[[Reader], Table]:
    def find(reader: Reader) -> Table:
        reading = Reading(reader.visibility, clock.now(), get_default_timezone_name())
        sheet = table(DOCUMENTS[name], reading, Choice())
        return Table(sheet.headers, sheet.rows, sheet.name, sheet.widths)

    return find
