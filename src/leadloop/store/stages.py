"""What the store has to know of processes. They live above it and provide it when the application starts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from leadloop.analysis.tables import Stage


@dataclass(frozen=True, slots=True)
class StageBook:
    """Every process and stage there is or was.

    ``stage_keys``: id of a stage of any version -> its key. ``version_processes``: id of a version -> key of
    its process.
    """

    stages: tuple[Stage, ...]
    stage_keys: Mapping[int, str]
    version_processes: Mapping[int, str]

    @property
    def several(self) -> bool:
        """Whether figures of different processes have to be brought onto the canonical steps."""
        return len({stage.process for stage in self.stages}) > 1

    @property
    def fingerprint(self) -> str:
        """Changes when a fold would give something else. Names do not matter: they are read when shown."""
        rows = [{**asdict(stage), "name": ""} for stage in self.stages]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


_provider: list[Callable[[], StageBook]] = []


def provide(provider: Callable[[], StageBook]) -> None:
    _provider[:] = [provider]


def book() -> StageBook:
    return _provider[0]()
