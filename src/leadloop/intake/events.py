"""What happened to leads, from the dates in their rows: the rows of the table of events."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadloop.intake.dates import NAT, Bools, Ints, as_timestamps

KINDS = ("registered", "assigned", "followed_up", "stage", "lost", "reopened", "won", "invalidated")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}

Floats = npt.NDArray[np.float64]

SCHEMA = pa.schema(
    [
        ("sequence", pa.int64()),
        ("lead_id", pa.int64()),
        ("kind", pa.string()),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("second_reason", pa.string()),
        ("amount", pa.float64()),
        ("owner", pa.string()),
        ("team", pa.string()),
    ]
)


@dataclass(slots=True)
class _Part:
    kind: int
    rank: int
    lead: Ints
    at: Ints
    recorded: Ints | None
    stage: Ints | int
    amount: Floats | None
    texts: dict[str, pa.Array]


@dataclass(slots=True)
class EventBuilder:
    """Collects events by kind, for leads numbered from 0 in this batch."""

    stage_keys: list[str]
    parts: list[_Part] = field(default_factory=list)

    def add(
        self,
        kind: str,
        lead: Ints,
        at: Ints,
        *,
        recorded: Ints | None = None,
        stage: Ints | int = -1,
        rank: int = 0,
        amount: Floats | None = None,
        texts: dict[str, pa.Array] | None = None,
    ) -> None:
        """One event per entry of ``lead``; ``stage`` is an index (-1 none), ``rank`` orders equal moments."""
        if len(lead):
            # Won or lost come last among equal moments; a stage comes before what happened in it.
            order = _RANK[kind] * 1000 + rank
            self.parts.append(_Part(_RANK[kind], order, lead, at, recorded, stage, amount, texts or {}))

    def table(self, lead_ids: Ints, first_sequence: int) -> pa.Table:
        """All events ordered by lead, moment and rank; numbered from ``first_sequence``."""
        if not self.parts:
            return SCHEMA.empty_table()
        lead = np.concatenate([part.lead for part in self.parts])
        at = np.concatenate([part.at for part in self.parts])
        rank = np.concatenate([np.full(len(part.lead), part.rank) for part in self.parts])
        order = np.lexsort((rank, at, lead))
        kinds = np.concatenate([np.full(len(part.lead), part.kind, np.int8) for part in self.parts])[order]
        size = len(order)
        columns = [
            pa.array(np.arange(first_sequence, first_sequence + size)),
            pa.array(lead_ids[lead[order]]),
            _named(kinds.astype(np.int64), list(KINDS)),
            as_timestamps(at[order]),
            as_timestamps(self._recorded(at)[order]),
            _named(self._stages()[order], self.stage_keys),
            self._texts("reason", order),
            self._texts("second_reason", order),
            self._amounts(order),
            self._texts("owner", order),
            self._texts("team", order),
        ]
        return pa.Table.from_arrays(columns, schema=SCHEMA)

    def _recorded(self, at: Ints) -> Ints:
        recorded = np.concatenate(
            [part.recorded if part.recorded is not None else part.at for part in self.parts]
        )
        return np.where(recorded == NAT, at, recorded)

    def _stages(self) -> Ints:
        return np.concatenate(
            [
                np.full(len(p.lead), p.stage, np.int64) if isinstance(p.stage, int) else p.stage
                for p in self.parts
            ]
        )

    def _texts(self, name: str, order: Ints) -> pa.Array:
        chunks = [
            part.texts[name] if name in part.texts else pa.nulls(len(part.lead), pa.string())
            for part in self.parts
        ]
        return pa.chunked_array(chunks, pa.string()).take(pa.array(order)).combine_chunks()

    def _amounts(self, order: Ints) -> pa.Array:
        none = np.nan
        amounts = np.concatenate(
            [part.amount if part.amount is not None else np.full(len(part.lead), none) for part in self.parts]
        )[order]
        return pa.array(amounts, mask=np.isnan(amounts))


def _named(codes: Ints, names: list[str]) -> pa.Array:
    indices = pa.array(codes, pa.int64(), mask=codes < 0)
    return pa.array(names, pa.string()).take(indices)


def chosen(texts: dict[str, pa.Array], mask: Bools) -> dict[str, pa.Array]:
    """The texts of the rows in ``mask``."""
    picked = pa.array(mask)
    return {name: column.filter(picked) for name, column in texts.items()}
