"""Reminders are in the journal and in no figure: the fold passes them over."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from leadloop.analysis import tables
from leadloop.analysis.library import Journeys
from leadloop.analysis.synthetic import generate

QUIET = (*sorted(tables.BY_CLOCK), tables.Kind.HANDED_OVER, tables.Kind.ACCEPTED, tables.Kind.REJECTED)


def test_the_fold_passes_over_what_clocks_write() -> None:
    leads, events, stages = generate(300)
    plain = Journeys.from_tables(leads=leads, events=events, stages=stages)
    noisy = Journeys.from_tables(leads=leads, events=_with_reminders(events), stages=stages)
    for name in ("journeys", "visits"):
        assert _rows(getattr(plain, name)) == _rows(getattr(noisy, name))


def _with_reminders(events: pa.Table) -> pa.Table:
    """One of each quiet kind behind the first events of the leads, with places where numbers were."""
    first = events.slice(0, 200)
    extra = [
        first.set_column(
            first.schema.get_field_index("kind"),
            "kind",
            pa.array([str(kind)] * len(first)).cast(first.schema.field("kind").type),
        )
        for kind in QUIET
    ]
    both = pa.concat_tables([events, *extra])
    numbers = pa.array(range(1, len(both) + 1), both.schema.field("sequence").type)
    return both.set_column(both.schema.get_field_index("sequence"), "sequence", numbers)


def _rows(table: object) -> list[dict[str, object]]:
    found = table.to_pyarrow()  # type: ignore[attr-defined]
    by = [(name, "ascending") for name in ("lead_id", "visit") if name in found.column_names]
    return found.take(pc.sort_indices(found, sort_keys=by)).to_pylist()
