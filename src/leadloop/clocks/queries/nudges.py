"""How often owners were asked about what is late."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q

from leadloop.clocks.models import Nudge


@dataclass(frozen=True, slots=True)
class Nudged:
    times: int
    last_at: datetime


def nudges_of(lead_ids: Collection[int]) -> Mapping[int, Nudged]:
    """Of the present owner of each lead; a new one starts from none."""
    rows = Nudge.objects.filter(lead__in=list(lead_ids), person=F("lead__owner"))
    counted = rows.order_by().values_list("lead").annotate(Count("pk"), Max("at"))
    return {lead: Nudged(times, at) for lead, times, at in counted if lead is not None}


def nudges_to(people: Collection[int], *, since: datetime) -> Mapping[int, Nudged]:
    """Of each person, about leads and in general."""
    rows = Nudge.objects.filter(Q(person__in=list(people)), at__gte=since)
    counted = rows.order_by().values_list("person").annotate(Count("pk"), Max("at"))
    return {person: Nudged(times, at) for person, times, at in counted}
