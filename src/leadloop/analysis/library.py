"""What a program holds in its hand: the journeys of some leads, ready to be asked.

>>> from leadloop.analysis import Journeys, conversion        # doctest: +SKIP
>>> journeys = Journeys.from_csv("export.csv")                # doctest: +SKIP
>>> conversion(journeys, period="2026-06", by="source")       # doctest: +SKIP
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis import engine
from leadloop.analysis.fold import Folded
from leadloop.analysis.metrics.dimensions import CALENDAR, Axis, axis
from leadloop.analysis.queries import QUERIES
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Stage
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import DEFAULT_ZONE

if TYPE_CHECKING:
    from leadloop.intake.result import Issue, Understanding

T = TypeVar("T")
Refold = Callable[[datetime, bool], Folded]
"""(as of, canonical) -> the tables folded so."""

_NO_DIMENSION = frozenset(
    {
        "number", "outcome", "reason", "second_reason", "excluded", "customer", "contact", "title",
        "phone", "phone_key", "email", "credit_code", "first_need", "note", "file", "tags",
    }
)  # fmt: skip
PERSONAL = ("contact", "title", "phone", "email", "credit_code", "first_need", "note")
_REMEMBERED = 256


class Journeys:
    """Visits and journeys (:mod:`leadloop.analysis.tables`) as of one moment, with the stages they go
    through.
    """

    def __init__(
        self,
        *,
        journeys: ir.Table,
        visits: ir.Table,
        stages: Sequence[Stage],
        as_of: datetime,
        issues: Sequence[Issue] = (),
        understanding: Understanding | None = None,
        refold: Refold | None = None,
        canonical: bool = False,
        sizes: dict[str, int] | None = None,
    ) -> None:
        self.journeys = journeys
        self.visits = visits
        self.stages = tuple(stages)
        self.as_of = as_of
        self.issues = tuple(issues)
        self.understanding = understanding
        self.canonical = canonical
        self._refold = refold
        self._sizes = {} if sizes is None else sizes
        self._memory: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()
        self._shape = (journeys.schema(), visits.schema(), self.stages, canonical)

    @classmethod
    def from_csv(
        cls,
        *paths: str | Path,
        mapping: Mapping[str, Any] | None = None,
        zone: str = DEFAULT_ZONE,
        as_of: datetime | None = None,
    ) -> Journeys:
        """Read exports (CSV, XLSX, XLS, ODS; several are joined by their keys) as ``leadloop analyze`` does.

        ``as_of`` defaults to the last moment that occurs in the files. Raises :class:`DataError` with what
        was wrong, in which row and column.
        """
        from leadloop.analysis.reading import read  # intake is heavy and only needed for files

        return read([Path(path) for path in paths], mapping=mapping, zone=zone, as_of=as_of)

    @classmethod
    def from_tables(
        cls,
        *,
        leads: pa.Table,
        events: pa.Table,
        stages: Sequence[Stage],
        as_of: datetime | None = None,
        issues: Sequence[Issue] = (),
    ) -> Journeys:
        """Fold tables in memory (columns of :mod:`leadloop.analysis.tables`; those that are missing are
        taken as empty).

        ``as_of`` defaults to the last moment that occurs in them.
        """
        backend = engine.connect()
        return cls.from_backend(
            backend,
            leads=engine.load(backend, "leads", leads),
            events=engine.load(backend, "events", events),
            stages=stages,
            as_of=as_of,
            issues=issues,
        )

    @classmethod
    def from_backend(
        cls,
        backend: Any,
        *,
        leads: ir.Table,
        events: ir.Table,
        stages: Sequence[Stage],
        as_of: datetime | None = None,
        issues: Sequence[Issue] = (),
        understanding: Understanding | None = None,
    ) -> Journeys:
        """Fold tables that live in ``backend`` and keep the result there."""
        leads = leads.drop(*(name for name in PERSONAL if name in leads.columns))
        moment = as_of or _last_moment(leads, events)

        def refold(as_of: datetime, canonical: bool) -> Folded:
            return engine.folded(backend, leads, events, stages, as_of=as_of, canonical=canonical)

        folded = refold(moment, False)
        return cls(
            journeys=folded.journeys,
            visits=folded.visits,
            stages=stages,
            as_of=moment,
            issues=issues,
            understanding=understanding,
            refold=refold,
        )

    @classmethod
    def from_ibis(
        cls,
        *,
        journeys: ir.Table,
        visits: ir.Table,
        stages: Sequence[Stage],
        as_of: datetime,
        refold: Refold | None = None,
        canonical: bool = False,
        sizes: dict[str, int] | None = None,
    ) -> Journeys:
        """Take tables that are folded already. ``refold`` gives them as of another moment or on canonical
        steps; ``sizes`` holds what an older snapshot of the same leads found of :meth:`distinct`.
        """
        return cls(
            journeys=journeys,
            visits=visits,
            stages=stages,
            as_of=as_of,
            refold=refold,
            canonical=canonical,
            sizes=sizes,
        )

    @classmethod
    def from_parquet(
        cls, *, journeys: str | Path, visits: str | Path, stages: Sequence[Stage], as_of: datetime
    ) -> Journeys:
        """Open folded tables written to Parquet files."""
        backend = engine.connect()
        return cls.from_ibis(
            journeys=backend.read_parquet(str(journeys)),
            visits=backend.read_parquet(str(visits)),
            stages=stages,
            as_of=as_of,
        )

    def dimensions(self) -> tuple[str, ...]:
        """What figures can be broken down by: the text columns, and ``month``, ``week``, ``quarter`` of
        capture.
        """
        return self.remember("dimensions", self._dimensions)

    def _dimensions(self) -> tuple[str, ...]:
        texts = (name for name, kind in self.journeys.schema().items() if kind.is_string())
        columns = (
            name for name in texts if name not in _NO_DIMENSION and not name.startswith(("end_", "now_"))
        )
        if self.understanding is None:
            return (*columns, *CALENDAR)
        # A file has many columns; those without a single value are no dimension of it.
        names = list(columns)
        filled = self.journeys.agg(**{name: self.journeys[name].notnull().any() for name in names})
        used = filled.to_pyarrow().to_pylist()[0]
        return (*(name for name in names if used[name]), *CALENDAR)

    @property
    def processes(self) -> tuple[str, ...]:
        """Keys of the processes, in the order of ``stages``."""
        return tuple(dict.fromkeys(stage.process for stage in self.stages))

    def distinct(self, name: str) -> int:
        """About how many values a column has; only ever used to plan, so that an older answer will do."""
        if name not in self._sizes:
            column = self.journeys[name]
            found = self.ask(("distinct", name), lambda: self.journeys.agg(values=column.approx_nunique()))
            self._sizes[name] = int(found["values"][0].as_py())
        return self._sizes[name]

    def axis(self, name: str, zone: str) -> Axis:
        """What to break down or filter by; see :func:`leadloop.analysis.metrics.dimensions.axis`."""
        years = self.remember("years", self._years) if name in CALENDAR else (1990, 1990)
        return axis(name, self.dimensions(), zone, years)

    def _years(self) -> tuple[int, int]:
        """First and last year of a capture."""
        captured = self.journeys.captured_at
        found = self.ask(("years",), lambda: self.journeys.agg(first=captured.min(), last=captured.max()))
        row = found.to_pylist()[0]
        return (row["first"].year, row["last"].year) if row["first"] else (1990, 1990)

    def at(self, as_of: datetime) -> Journeys:
        """The journeys as they stood at an earlier moment; themselves for the present or a later one.

        Raises :class:`DataError` when only the present was kept.
        """
        return self if as_of >= self.as_of else self._folded_again(as_of, self.canonical)

    def on_canonical_steps(self) -> Journeys:
        """The same leads counted by the six canonical steps, so that processes can be compared."""
        return self if self.canonical else self._folded_again(self.as_of, True)

    def _folded_again(self, as_of: datetime, canonical: bool) -> Journeys:
        if self._refold is None:
            raise DataError(
                msg(
                    "Only the figures of %(moment)s are kept here, without the events behind them.",
                    moment=self.as_of,
                )
            )
        refold = self._refold

        def again() -> Journeys:
            folded = refold(as_of, canonical)
            return Journeys(
                journeys=folded.journeys,
                visits=folded.visits,
                stages=self.stages,
                as_of=as_of,
                issues=self.issues,
                understanding=self.understanding,
                refold=refold,
                canonical=canonical,
            )

        return self.remember(("folded", as_of, canonical), again)

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once. Snapshots do not change, so what was found in one stays true."""
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                kept: T = self._memory[key]
                return kept
        made = make()
        with self._lock:
            self._memory[key] = made
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return made

    def ask(self, key: tuple[Hashable, ...], build: Callable[[], ir.Table], **values: float) -> pa.Table:
        """Run the expression that ``build`` makes of these tables; ``values`` fill its holes.

        ``key`` says which question it is: it is compiled once for all snapshots, so that nothing of this
        one may be written into it but through holes. A scope's own moment is no part of the question.
        """
        plain = tuple(replace(part, as_of=_ANY) if isinstance(part, Scope) else part for part in key)
        return QUERIES.ask(
            (self._shape, plain),
            build,
            tables={"journeys": self.journeys, "visits": self.visits},
            values={"as_of": self.as_of.timestamp() * 1e6, **values},
        )


_ANY = datetime(1970, 1, 1, tzinfo=UTC)


def _last_moment(leads: ir.Table, events: ir.Table) -> datetime:
    moments = [
        leads.captured_at.max().as_scalar().to_pyarrow().as_py(),
        events.occurred_at.max().as_scalar().to_pyarrow().as_py(),
    ]
    known: list[datetime] = [moment for moment in moments if moment is not None]
    if not known:
        raise DataError(msg("There is no lead with a time of capture."))
    return max(known)
