"""Tables that say more about a lead: found by a column that both files have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.dates import Ints
from leadloop.intake.fields import BY_NAME
from leadloop.intake.headers import key_of
from leadloop.intake.issues import Issues
from leadloop.intake.plan import LEFT_OUT, OWN, Column, TablePlan
from leadloop.intake.table import Rows, Table

_UNIQUE = 0.98
_NEARLY_ALL = 0.9
_OVERLAP = 0.5
"""Share of values that two columns of different names must have in common to be a key."""


def find_key(main: TablePlan, main_sample: Rows, other: Table, sample: Rows) -> tuple[str, str] | None:
    """Headers of the columns that join ``other`` to the lead file: (in ``other``, in the lead file).

    The same name with some values in common is enough; different names need half of the values in common. The
    column must tell the rows of ``other`` apart.
    """
    best: tuple[float, str, str] | None = None
    for j, theirs in enumerate(other.headers):
        values = sample.columns[j].drop_null()
        distinct = values.unique()
        if not len(values) or len(distinct) < _UNIQUE * len(values):
            continue
        for i, ours in enumerate(main.columns):
            own = main_sample.columns[i].drop_null().unique()
            common = pc.sum(pc.is_in(own, value_set=distinct)).as_py() or 0
            share = common / max(min(len(own), len(distinct)), 1)
            same = key_of(theirs) == key_of(ours.header)
            if (
                common
                and (same or (share >= _OVERLAP and len(distinct) > 2))
                and (best is None or share + same > best[0])
            ):
                best = (share + same, theirs, ours.header)
    return (best[1], best[2]) if best else None


def columns_to_add(main: TablePlan, others: Sequence[TablePlan], table: TablePlan) -> tuple[Column, ...]:
    """The columns of ``table`` as they are read: what the lead file has already is not taken a second time.

    A table about leads may bring any field. One about accounts, people or products brings descriptions only:
    its dates and amounts are not those of the lead.
    """
    taken = {column.field for other in (main, *others) for column in other.columns}
    names = {column.own_name for other in (main, *others) for column in other.columns}
    key = main.column_of("number")
    about_leads = key is not None and key.header == table.to
    out: list[Column] = []
    for column in table.columns:
        if column.header == table.key:
            out.append(replace(column, field=LEFT_OUT))
            continue
        if column.how != "mapping" and column.field not in (OWN, LEFT_OUT):
            type_ = BY_NAME[column.field].type if column.field in BY_NAME else "time"
            if column.field in taken or not (about_leads or type_ == "text"):
                column = replace(column, field=OWN, how="unused", form=None)
        if column.field == OWN and column.header in names:
            column = replace(column, label=f"{column.header} ({table.name.rsplit('.', 1)[0]})")
        taken.add(column.field)
        out.append(column)
    return tuple(out)


@dataclass(slots=True)
class Lookup:
    """One table in memory, to be found by its key."""

    plan: TablePlan
    to: int
    """Index of the column of the lead file."""
    keys: pa.Array
    rows: list[pa.Array]
    alike: dict[str, str]
    """Letters and digits of each key -> the key, to find those that are only spelt differently."""
    read: int
    about_leads: bool
    """Found by lead number: that a lead is not in it says something, and is no fault."""
    asked: int = 0
    found: int = 0

    def report_share(self, issues: Issues) -> None:
        """A file with rows for some leads only, say the won ones, must not be used to compare leads."""
        if self.about_leads and self.found < _NEARLY_ALL * self.asked:
            share = f"{100 * self.found / self.asked:.0f}"
            issues.add("known_for_some", file=self.plan.name, share=share)

    def join(self, values: pa.Array, numbers: Ints, issues: Issues) -> list[pa.Array]:
        """The rows that belong to ``values``; ``numbers`` are the lines these stand in."""
        at = pc.index_in(values, value_set=self.keys)
        self.asked += len(at)
        self.found += len(at) - at.null_count
        if not self.about_leads:
            self._report(values, at, numbers, issues, self.plan.to or "")
        return [column.take(at) for column in self.rows]

    def _report(self, values: pa.Array, at: pa.Array, numbers: Ints, issues: Issues, header: str) -> None:
        missing = pc.and_(pc.is_null(at), pc.is_valid(values)).to_numpy(zero_copy_only=False)
        if not missing.any():
            return
        texts = values.filter(pa.array(missing)).to_pylist()
        lines = numbers[missing].tolist()
        near = [self.alike.get(key_of(text)) for text in texts]
        for text, row, other in zip(texts, lines, near, strict=True):
            if other is not None:
                issues.add(
                    "key_almost_matches", row=row, column=header, value=text, file=self.plan.name, other=other
                )
        none = [i for i, other in enumerate(near) if other is None]
        issues.add_rows(
            "no_partner",
            [lines[i] for i in none],
            column=header,
            values=[texts[i] for i in none],
        )


def load(table: Table, plan: TablePlan, main: TablePlan, issues: Issues) -> Lookup:
    """Read a table whole. A key that occurs twice counts with its first row."""
    chunks = list(table.rows(50_000))
    for rows in chunks:
        issues.merge(rows.issues.items, rows.issues.counts)
    columns = [
        pa.chunked_array([rows.columns[i] for rows in chunks], pa.string()).combine_chunks()
        for i in range(len(table.headers))
    ]
    keys = columns[table.headers.index(plan.key or "")]
    first = _first_rows(keys)
    twice = len(keys) - keys.null_count - len(first)
    if twice:
        issues.add("key_repeats", column=plan.key, count=twice)
    taken = pa.array(first)
    unique = keys.take(taken)
    to = next((i for i, column in enumerate(main.columns) if column.header == plan.to), None)
    if to is None:
        raise DataError(
            msg("“%(file)s” has no column “%(column)s” to join by.", file=main.name, column=plan.to)
        )
    alike = (
        {key_of(text): text for text in unique.to_pylist() if key_of(text)} if len(unique) <= 50_000 else {}
    )
    return Lookup(
        plan,
        to,
        unique,
        [column.take(taken) for column in columns],
        alike,
        len(keys),
        main.columns[to].field == "number",
    )


def _first_rows(keys: pa.Array) -> Ints:
    codes = keys.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    unique, first = np.unique(codes, return_index=True)
    return np.sort(first[unique >= 0])
