"""Names for the keys in results, from the application's records, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadloop.analysis.results import Conversion, Funnel
from leadloop.analysis.scope import Scope
from leadloop.leads.queries import channel_names
from leadloop.people.queries import names_of, team_names
from leadloop.process.queries import loss_reason_names, stages_by_process
from leadloop.reporting.names import Names, canonical_stages

_RECORDS = {
    "source": channel_names,
    "team": team_names,
    "current_team": team_names,
    "owner": names_of,
    "current_owner": names_of,
}
"""Column -> how the names of its ids are read."""


def names(scope: Scope, *, conversions: Iterable[Conversion] = (), funnels: Iterable[Funnel] = ()) -> Names:
    """One query a kind of record, whatever the number of rows."""
    keys: dict[str, set[str]] = {}
    for result in conversions:
        for row in result.rows:
            columns = row.dimension.split("+") if len(row.values) > 1 else [row.dimension]
            for column, key in zip(columns, row.values, strict=True):
                keys.setdefault(column, set()).add(key or "")
    for chosen in scope.filters:
        keys.setdefault(chosen.dimension, set()).update(key or "" for key in chosen.values)
    reasons = {item.reason or "" for result in funnels for row in result.rows for item in row.top_reasons}
    return Names(
        stages=stage_names(scope.process) if funnels else {},
        reasons=_named(reasons, loss_reason_names),
        values={
            column: _named(found, _RECORDS[column]) for column, found in keys.items() if column in _RECORDS
        },
    )


def stage_names(process: str | None) -> dict[str, str]:
    """Stage key -> name; without a process those of the canonical steps."""
    if process is None:
        return canonical_stages()
    found = (stages for known, stages in stages_by_process().items() if known.key == process)
    return {stage.key: stage.name for stage in next(found, [])}


def process_names() -> dict[str, str]:
    """Process key -> name, in order."""
    return {process.key: process.name for process in stages_by_process()}


def _named(keys: Iterable[str], read: object) -> Mapping[str, str]:
    ids = {int(key) for key in keys if key.isascii() and key.isdigit()}
    if not ids:
        return {}
    assert callable(read)
    return {str(key): name for key, name in read(ids).items()}
