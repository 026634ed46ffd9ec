"""Leads, grades, wins and costs of channels and campaigns over a period.

The counts come from the analysis store by the scope that the analysis pages have, so that each opens
exactly its leads. A channel counts what came through it and through its parts: the tree adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse

from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Filter, Scope
from leadloop.analysis.tables import Outcome
from leadloop.leads.models import Channel
from leadloop.marketing.models import Campaign
from leadloop.marketing.queries import Spent, Tree
from leadloop.marketing.rules import per, subtree
from leadloop.store import scopes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from leadloop.analysis.library import Journeys
    from leadloop.store.snapshots import Snapshot

SOURCE, CAMPAIGN, GRADE = "source", "campaign", "grade"
GOOD = ("A", "B")


@dataclass(frozen=True, slots=True)
class Counts:
    leads: int = 0
    a: int = 0
    b: int = 0
    c: int = 0
    deals: int = 0

    @property
    def good(self) -> int:
        """Leads of grade A or B."""
        return self.a + self.b

    @property
    def ungraded(self) -> int:
        return self.leads - self.a - self.b - self.c

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.leads + other.leads,
            self.a + other.a,
            self.b + other.b,
            self.c + other.c,
            self.deals + other.deals,
        )


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the leads behind each count."""

    leads: str
    a: str
    b: str
    c: str
    ungraded: str
    deals: str


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    """0 where the row is no record: leads without a channel, the total."""
    title: str
    depth: int
    kind: str
    """``channel``, ``own`` (directly at a channel that has parts), ``none`` (without one), ``total``,
    ``campaign`` or ``unknown`` (named by leads, not set up)."""
    counts: Counts
    links: Links
    cost: Decimal | None
    retired: bool = False

    @property
    def cost_per_lead(self) -> Decimal | None:
        return per(self.cost, self.counts.leads)

    @property
    def cost_per_good(self) -> Decimal | None:
        return per(self.cost, self.counts.good)

    @property
    def cost_per_deal(self) -> Decimal | None:
        return per(self.cost, self.counts.deals)

    @property
    def empty(self) -> bool:
        return not self.counts.leads and not self.cost


def counted(journeys: Journeys, scope: Scope, column: str) -> dict[str | None, Counts]:
    """Counts by the values of ``column``; None for leads without one."""
    rows = journeys.ask(("marketing", scope, column), lambda: _by(journeys, scope, column)).to_pylist()
    found: dict[str | None, Counts] = {}
    for row in rows:
        number, grade = row["leads"], (row["grade"] or "").lower()
        more = {grade: number} if grade in {"a", "b", "c"} else {}
        deals = number if row["outcome"] == Outcome.WON else 0
        found[row["key"]] = found.get(row["key"], Counts()) + Counts(leads=number, deals=deals, **more)
    return found


def _by(journeys: Journeys, scope: Scope, column: str) -> ir.Table:
    from leadloop.analysis.metrics import population

    table = population.counted(journeys.journeys, scope, journeys.dimensions())
    table = table.filter(population.within(population.moment_of(table, scope), scope.period))
    keys = {"key": table[column], "grade": table[GRADE], "outcome": table.outcome}
    return table.group_by(**keys).agg(leads=table.count())


def of_channels(snapshot: Snapshot, scope: Scope, tree: Tree, spent: Spent | None) -> list[Row]:
    """The tree from above with a row for each channel, those without one, and the total."""
    counts = counted(snapshot.journeys(canonical=True), scope, SOURCE)
    maker = _Channels(scope, tree, counts, spent)
    rows = [row for top in tree.children(None) for row in maker.rows(top, depth=0)]
    known = {str(pk) for pk in (*tree.channels, *(one for some in tree.merged.values() for one in some))}
    strays = [key for key in counts if key is None or key not in known]
    without = maker.row(0, "", 0, "none", strays or [None], _cost_of(spent, [None]) or None)
    if not without.empty:
        rows.append(without)
    total = replace(
        maker.row(0, "", 0, "total", [], _cost_of(spent, spent.by_channel) if spent else None),
        counts=sum(counts.values(), Counts()),
        links=links(scope, ()),
    )
    return [*rows, total]


@dataclass(frozen=True, slots=True)
class _Channels:
    scope: Scope
    tree: Tree
    counts: Mapping[str | None, Counts]
    spent: Spent | None

    def rows(self, channel: Channel, depth: int) -> list[Row]:
        """The channel with everything below it, then its own, then its parts."""
        parts = self.tree.children(channel.pk)
        whole = subtree(self.tree.parents, channel.pk)
        found = [self._of(channel, whole, depth, "channel")]
        if parts:
            own = self._of(channel, (channel.pk,), depth + 1, "own")
            found += [] if own.empty else [own]
            found += [row for part in parts for row in self.rows(part, depth + 1)]
        return found

    def _of(self, channel: Channel, ids: Iterable[int], depth: int, kind: str) -> Row:
        ids = list(ids)
        keys = [str(one) for pk in ids for one in (pk, *self.tree.merged.get(pk, ()))]
        row = self.row(channel.pk, channel.name, depth, kind, keys, _cost_of(self.spent, ids))
        return replace(row, retired=channel.retired_at is not None)

    def row(
        self, pk: int, title: str, depth: int, kind: str, keys: Iterable[str | None], cost: Decimal | None
    ) -> Row:
        keys = list(keys)
        total = sum((self.counts.get(key, Counts()) for key in keys), Counts())
        chosen = links(self.scope, (Filter(SOURCE, tuple(keys)),))
        return Row(pk, title, depth, kind, total, chosen, cost)


def of_campaigns(
    snapshot: Snapshot, scope: Scope, campaigns: Iterable[Campaign], spent: Spent | None
) -> list[Row]:
    """Those that are set up, then the names that leads have beside them."""
    counts = counted(snapshot.journeys(canonical=True), scope, CAMPAIGN)
    rows = []
    for one in campaigns:
        cost = None if spent is None else spent.by_campaign.get(one.pk, Decimal("0.00"))
        chosen = links(scope, (Filter(CAMPAIGN, (one.name,)),))
        found = counts.pop(one.name, Counts())
        rows.append(Row(one.pk, one.name, 0, "campaign", found, chosen, cost))
    counts.pop(None, None)
    for name, found in sorted(counts.items(), key=lambda pair: -pair[1].leads):
        rows.append(Row(0, name or "", 0, "unknown", found, links(scope, (Filter(CAMPAIGN, (name,)),)), None))
    return rows


def links(scope: Scope, chosen: tuple[Filter, ...]) -> Links:
    """The lead list with exactly the leads of each count."""
    scope = replace(scope, dimensions=(), filters=(*scope.filters, *chosen))

    def address(what: str, *grades: str | None) -> str:
        filters = (Filter(GRADE, grades),) if grades else ()
        asked = replace(scope, filters=(*scope.filters, *filters))
        return f"{reverse('leads:list')}?{scopes.query(asked, figure=Figure(what))}"

    return Links(
        leads=address("leads"),
        a=address("leads", "A"),
        b=address("leads", "B"),
        c=address("leads", "C"),
        ungraded=address("leads", None),
        deals=address("deals"),
    )


def _cost_of(spent: Spent | None, channels: Iterable[int | None]) -> Decimal | None:
    if spent is None:
        return None
    return sum((spent.by_channel.get(pk, Decimal(0)) for pk in channels), Decimal("0.00"))
