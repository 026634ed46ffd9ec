"""The figures. Each is the number of rows of one query, and a share of two such numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet

from leadloop.actions.models import Postponement
from leadloop.actions.queries import postponed
from leadloop.clocks.models import FirstResponse
from leadloop.clocks.queries import responses
from leadloop.clocks.queries.figures import MET
from leadloop.discovery.queries import discovered_leads
from leadloop.discovery.queries.completeness import Decided
from leadloop.followup.models import FollowUp
from leadloop.leads.models import COUNTED, Lead
from leadloop.workspace.quality.scope import Scope

_M = TypeVar("_M", bound=Model)


def answered(scope: Scope) -> QuerySet[FirstResponse]:
    """Clocks of a first follow-up that were decided in the period."""
    leads = scope.leads if scope.narrow else None
    return responses(start=scope.start, end=scope.end, now=scope.now, leads=leads)


def in_time(scope: Scope) -> QuerySet[FirstResponse]:
    return answered(scope).filter(MET)


def missed(scope: Scope) -> QuerySet[FirstResponse]:
    return answered(scope).exclude(MET)


def followed(scope: Scope) -> QuerySet[FollowUp]:
    """Records of contacts within the period."""
    found = FollowUp.objects.filter(at__gte=scope.start, at__lt=scope.end, at__lte=scope.now)
    return _counted(found, "lead", scope)


def logged_late(scope: Scope) -> QuerySet[FollowUp]:
    return followed(scope).filter(late=True)


def put_off(scope: Scope) -> QuerySet[Postponement]:
    return _counted(postponed(start=scope.start, end=scope.end), "action__lead", scope)


def _counted(rows: QuerySet[_M], lead: str, scope: Scope) -> QuerySet[_M]:
    if scope.narrow:
        return rows.filter(**{f"{lead}__in": scope.leads})
    return rows.filter(**{f"{lead}__state__in": COUNTED})


def decided(scope: Scope) -> tuple[Decided, ...]:
    """Leads that went on to a proposal within the period, and how far their discovery was then."""
    return discovered_leads(start=scope.start, end=scope.end, now=scope.now, leads=scope.leads)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that can be counted by person and by team."""

    of: Callable[[Scope], QuerySet[Any]]
    person: str
    team: str


TABLES: Mapping[str, Rows] = MappingProxyType(
    {
        "answered": Rows(answered, "owner_id", "team_id"),
        "in_time": Rows(in_time, "owner_id", "team_id"),
        "missed": Rows(missed, "owner_id", "team_id"),
        "followed": Rows(followed, "by_id", "lead__team_id"),
        "logged_late": Rows(logged_late, "by_id", "lead__team_id"),
        "put_off": Rows(put_off, "owner_id", "team_id"),
    }
)
DISCOVERY = ("decided", "complete", "incomplete")
"""Counted in Python: the query that finds the leads has looked at each anyway."""
KEYS = (*TABLES, *DISCOVERY)

GROUPS = ("person", "team")


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of a person, a team, or all of them."""

    counts: Mapping[str, int]

    def __getitem__(self, key: str) -> int:
        return self.counts.get(key, 0)

    @property
    def timeliness(self) -> float | None:
        return _share(self["in_time"], self["answered"])

    @property
    def completeness(self) -> float | None:
        return _share(self["complete"], self["decided"])

    @property
    def late_share(self) -> float | None:
        return _share(self["logged_late"], self["followed"])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def lines(scope: Scope, by: str) -> tuple[Line, dict[int | None, Line]]:
    """All together, and by person or team (its number, or None for what is nobody's)."""
    counted = {key: _by_group(rows, scope, by) for key, rows in TABLES.items() if key != "missed"}
    counted |= _discovery(decided(scope), by)
    groups = {group for counts in counted.values() for group in counts}
    each = {group: Line({key: counts[group] for key, counts in counted.items()}) for group in groups}
    return Line({key: counts.total() for key, counts in counted.items()}), each


def _by_group(rows: Rows, scope: Scope, by: str) -> Counter[int | None]:
    column = rows.person if by == "person" else rows.team
    found = rows.of(scope).order_by().values_list(column)
    return Counter(dict(found.annotate(n=Count("pk"))))


def _discovery(rows: Iterable[Decided], by: str) -> dict[str, Counter[int | None]]:
    found = list(rows)
    groups = group_of(found, by)
    counted = {key: Counter[int | None]() for key in DISCOVERY}
    for row in found:
        counted["decided"][groups[row.lead_id]] += 1
        counted["complete" if row.complete else "incomplete"][groups[row.lead_id]] += 1
    return counted


def group_of(rows: Iterable[Decided], by: str) -> dict[int, int | None]:
    """Whose each of these leads is now."""
    if by == "person":
        return {row.lead_id: row.owner_id for row in rows}
    ids = [row.lead_id for row in rows]
    return dict(Lead.objects.filter(id__among=ids).order_by().values_list("pk", "team_id"))


def chosen(scope: Scope, key: str, by: str, group: int | str | None) -> Any:
    """The rows behind one number: a query, or the leads of need discovery. ``group`` "" is everybody."""
    if key in TABLES:
        rows = TABLES[key]
        found = rows.of(scope)
        if group == "":
            return found
        column = rows.person if by == "person" else rows.team
        return found.filter(**{f"{column}__isnull": True} if group is None else {column: group})
    wanted = [row for row in decided(scope) if key == "decided" or row.complete == (key == "complete")]
    if group == "":
        return wanted
    groups = group_of(wanted, by)
    return [row for row in wanted if groups[row.lead_id] == group]
