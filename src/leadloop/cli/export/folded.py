"""The two tables that the analysis counts, with names in place of keys. Columns: leadloop.analysis.tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadloop.cli.export.reader import Reader
from leadloop.cli.export.tables import CHUNK, Table
from leadloop.foundation.spreadsheet import Cell
from leadloop.leads.models import Channel, Lead
from leadloop.leads.permissions import restrict
from leadloop.people.models import Team, User
from leadloop.process.models import LossReason
from leadloop.store.snapshots import open_snapshot

Names = Mapping[str, str]


def journeys(reader: Reader) -> Table:
    """One wide row per lead."""
    return _table(reader, open_snapshot().journeys().journeys)


def visits(reader: Reader) -> Table:
    """One row per visit of a lead to a stage."""
    return _table(reader, open_snapshot().journeys().visits)


def _table(reader: Reader, rows: Any) -> Table:
    names = [name for name in rows.columns if name not in {"lead_id", "number", "customer_id"}]
    return Table(
        ["number", *names],
        _rows(
            reader,
            rows.order_by(*(name for name in ("lead_id", "entered_at") if name in rows.columns)),
            names,
        ),
    )


def _rows(reader: Reader, rows: Any, names: Sequence[str]) -> Iterator[Sequence[Cell]]:
    # From the tables, by the one definition of who sees what; the figures use it in another form.
    seen = restrict(Lead.objects.shown(), reader.visibility)
    numbers = dict(seen.order_by().values_list("pk", "number").iterator(CHUNK))
    words = _words()
    engine = rows.get_backend()
    for batch in engine.con.sql(str(engine.compile(rows))).to_arrow_reader(CHUNK):
        for row in batch.to_pylist():
            if row["lead_id"] in numbers:
                yield [numbers[row["lead_id"]], *(_shown(words.get(name), row[name]) for name in names)]


def _words() -> dict[str, Names]:
    people: Names = {str(user.pk): str(user) for user in User.objects.all()}
    teams: Names = {str(pk): name for pk, name in Team.objects.values_list("pk", "name")}
    channels: Names = {str(pk): name for pk, name in Channel.objects.values_list("pk", "name")}
    reasons: Names = {str(reason.pk): reason.name for reason in LossReason.objects.all()}
    by_column = {
        "owner": people, "current_owner": people, "team": teams, "current_team": teams, "source": channels,
        "reason": reasons, "second_reason": reasons,
    }  # fmt: skip
    return by_column


def _shown(words: Names | None, value: Any) -> Cell:
    found: Cell = value if words is None else words.get(value, value)
    return found
