"""Whether what is stored is what the journal, the policy and the calendar give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from leadloop.clocks import rules
from leadloop.clocks.limits import Limits, Times
from leadloop.clocks.models import FirstResponse, Progress, Timing
from leadloop.clocks.planned import planned_of
from leadloop.clocks.queries.basis import Basis, basis
from leadloop.clocks.queries.history import histories_of
from leadloop.clocks.rules import History, Plan, Standing
from leadloop.journal.models import Event
from leadloop.journal.reader import Mark
from leadloop.leads.models import COUNTED, Lead, State

SAMPLE = 500
_COLUMNS = tuple(one.name for one in fields(Plan))


@dataclass(frozen=True, slots=True)
class Checked:
    leads: int
    wrong: tuple[str, ...]
    """Numbers of the leads whose stored clocks are not those of their journal."""


def check(sample: int = SAMPLE) -> Checked:
    """Compute leads from all over the table again, one by one, and compare.

    Leads of which the journal has something that the sweep has not seen yet are left out: it will.
    """
    by = basis()
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=_chosen(sample), state__in=COUNTED)}
    for pk in _unseen(list(leads)):
        leads.pop(pk, None)
    timings = Timing.objects.in_bulk(list(leads))
    responses: dict[int, list[FirstResponse]] = {pk: [] for pk in leads}
    for row in FirstResponse.objects.filter(lead__in=leads).order_by("since"):
        responses[row.lead_id].append(row)
    histories, planned = histories_of(list(leads)), planned_of(list(leads))
    wrong = []
    for pk, lead in leads.items():
        limits, times = by.limits_of(lead.process_id), by.times_of(lead.team_id)
        standing = Standing(lead.state == State.OPEN, lead.owner_id, lead.grade, planned.get(pk))
        timing_ok = _timing_ok(lead, timings.get(pk), rules.plan(histories[pk], standing, limits, times), by)
        if not timing_ok or not _responses_ok(lead, responses[pk], histories[pk], limits, times):
            wrong.append(lead.number)
    return Checked(len(leads), tuple(wrong))


def _chosen(sample: int) -> list[int]:
    """Leads at even distances, whatever their number."""
    last = Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return list(range(last, 0, -max(1, last // sample)))[:sample]


def _unseen(ids: Sequence[int]) -> set[int]:
    progress = Progress.objects.first()
    if progress is None or not progress.filled:
        return set(ids)
    newer = Event.objects.filter(lead_id__in=ids, id__gt=Mark.parse(progress.mark).id)
    return set(newer.values_list("lead_id", flat=True))


def _timing_ok(lead: Lead, timing: Timing | None, planned: Plan, by: Basis) -> bool:
    if lead.state != State.OPEN:
        return timing is None
    if timing is None:
        return False
    if timing.basis != by.number:
        # New limits: the sweep is on its way.
        return True
    return all(getattr(timing, name) == getattr(planned, name) for name in _COLUMNS)


def _responses_ok(
    lead: Lead, stored: Sequence[FirstResponse], history: History, limits: Limits, times: Times
) -> bool:
    if lead.state != State.OPEN:
        history.end(lead.closed_at or lead.changed_at)
    if limits.first_due is None:
        return not stored
    wanted = [
        (one.owner_id, one.since, limits.first_due.due(times, one.since), one.ended_at, one.followed)
        for one in history.responses
    ]
    return wanted == [(row.owner_id, row.since, row.due_at, row.ended_at, row.followed) for row in stored]
