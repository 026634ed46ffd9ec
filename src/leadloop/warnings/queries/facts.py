"""What is known of many leads at once, read with as few questions as there are sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.actions.queries import moments_of
from leadloop.analysis.tables import Kind
from leadloop.chain.queries import decision_makers_met
from leadloop.followup.models import FollowUp, Mood
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.warnings import rules
from leadloop.warnings.models import Alert
from leadloop.warnings.queries.basis import Basis, Place
from leadloop.warnings.quotations import quoted
from leadloop.warnings.rules import NEGOTIATION, Difference, Facts, Hit, Open

_COLUMNS = (
    "pk",
    "process_id",
    "stage_id",
    "grade",
    "stage_since",
    "first_followed_up_at",
    "last_followed_up_at",
)
_NOWHERE = Place(0, "", 0, None)


def difference(ids: Collection[int], by: Basis, now: datetime) -> Difference:
    """What has to be written about these leads, whatever state they are in."""
    rows = Alert.objects.filter(lead__id__among=ids, ended_at=None).values_list(
        "id", "lead_id", "rule", "anchor"
    )
    return rules.difference(holding(ids, by, now), [Open(*row) for row in rows.order_by()])


def holding(ids: Collection[int], by: Basis, now: datetime) -> dict[int, tuple[Hit, ...]]:
    """Leads -> the rules that hold; leads without any are left out."""
    found = {}
    for lead, process, facts in facts_of(ids, by):
        if hits := tuple(rules.holding(facts, by.policy(process), now)):
            found[lead] = hits
    return found


def facts_of(ids: Collection[int], by: Basis) -> Iterator[tuple[int, int, Facts]]:
    """(lead, process, facts) of those that are open and owned."""
    leads = Lead.objects.filter(id__among=ids, state=State.OPEN, owner__isnull=False)
    rows = list(leads.order_by().values_list(*_COLUMNS))
    open_ids = [row[0] for row in rows]
    negotiating = [row[0] for row in rows if by.places.get(row[2], _NOWHERE).canonical == NEGOTIATION]
    met = decision_makers_met(negotiating) if negotiating else set()
    due, versions = moments_of(open_ids), quoted(open_ids)
    heard = _heard([row[0] for row in rows if row[6] is not None])
    for lead, process, stage, grade, since, first, last in rows:
        place = by.places.get(stage, _NOWHERE)
        yield lead, process, Facts(
            grade=grade,
            canonical=place.canonical,
            stage_since=since,
            limit=place.limit,
            first_contact=first,
            last_contact=last,
            heard=heard.get(lead, last),
            due=due.get(lead),
            met=lead in met,
            cadence=by.cadence(process, grade),
            quoted=versions.get(lead, ()),
        )  # fmt: skip


def _heard(ids: Collection[int]) -> dict[int, datetime | None]:
    """Of leads with contacts that nobody answered: the last that somebody did. Of others the last counts."""
    silent = FollowUp.objects.filter(lead__id__among=ids, mood=Mood.SILENT)
    rows = list(silent.order_by().values_list("lead_id", "event_id"))
    if not rows:
        return {}
    unanswered = {event for _, event in rows}
    found: dict[int, datetime | None] = {lead: None for lead, _ in rows}
    for number, lead, at, data in _contacts(found.keys()):
        if number not in unanswered and not data.get("automatic"):
            before = found[lead]
            found[lead] = at if before is None else max(at, before)
    return found


def _contacts(ids: Collection[int]) -> Iterator[tuple[int, int, datetime, dict[str, object]]]:
    """From the journal, which knows those of imports, too; without what was taken back."""
    back = Event.objects.filter(
        lead_id=OuterRef("lead_id"),
        kind=Kind.TAKEN_BACK,
        occurred_at=OuterRef("occurred_at"),
        id__gt=OuterRef("id"),
    )
    for some in batched(sorted(ids), 500):
        rows = Event.objects.filter(~Exists(back), lead_id__in=some, kind=Kind.FOLLOWED_UP)
        yield from rows.order_by().values_list("id", "lead_id", "occurred_at", "data")


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
