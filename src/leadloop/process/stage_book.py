"""What the analysis store asks of processes; given to it when the application starts."""

from __future__ import annotations

from leadloop.process import queries
from leadloop.store.stages import StageBook


def stage_book() -> StageBook:
    return StageBook(
        stages=queries.analysis_stages(),
        stage_keys={pk: key for pk, (_, key) in queries.stage_keys().items()},
        version_processes=queries.version_processes(),
    )
