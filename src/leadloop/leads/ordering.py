"""The order of a long list: exact where the matches are few or an index has that order, else of the newest.

By the time of capture the index of newest leads serves everybody: a walk along it stops after a page. For any
other order all that fits would have to be read and sorted, a million rows for one page. So the newest
``WINDOW`` are fetched first: if these are all, they are sorted, and that is exact. If there are more, a walk
along the order's own index soon meets a page of leads that fit; without such an index the newest are sorted,
and the list says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, OrderBy, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.leads.models import Lead

WINDOW = 5_000
NEWEST = ("-captured_at", "-id")
INDEXED = frozenset({"number", "expected_amount", "closed_at"})
"""Orders with an index, beside the time of capture. Those of nullable columns hold the leads with a value."""


class Cut(StrEnum):
    """What an order leaves out."""

    NOTHING = ""
    NEWEST = "newest"
    """Only the newest that fit are in order."""
    VALUED = "valued"
    """Leads without a value are not shown."""


@dataclass(frozen=True, slots=True)
class Ordered:
    leads: QuerySet[Lead]
    total: int | None
    """None: not known yet."""
    more: bool
    """More than ``total`` fit."""
    cut: Cut = Cut.NOTHING


def in_order(leads: QuerySet[Lead], path: str, *, down: bool, nullable: bool) -> Ordered:
    """``leads`` by the field at ``path``; the same values newest first or oldest first, as ``down`` says."""
    if path == "captured_at":
        return Ordered(leads.order_by(*by(path, down=down, nullable=False)), None, False)
    newest = list(leads.order_by(*NEWEST).values_list("pk", flat=True)[: WINDOW + 1])
    if len(newest) > WINDOW and path in INDEXED:
        found = leads.filter(**{f"{path}__isnull": False}) if nullable else leads
        walk = found.order_by(*by(path, down=down, nullable=False))
        return Ordered(walk, WINDOW, True, Cut.VALUED if nullable else Cut.NOTHING)
    among = Lead.objects.filter(id__among=newest[:WINDOW])
    sorted_ = among.order_by(*by(path, down=down, nullable=nullable))
    if len(newest) > WINDOW:
        return Ordered(sorted_, WINDOW, True, Cut.NEWEST)
    return Ordered(sorted_, len(newest), False)


def by(path: str, *, down: bool, nullable: bool) -> list[OrderBy | str]:
    # Only where there can be none: “nulls last” keeps PostgreSQL from using the index.
    last = True if nullable else None
    field = F(path)
    return [
        field.desc(nulls_last=last) if down else field.asc(nulls_last=last),
        "-id" if down else "id",
    ]
