"""The document of follow-up records: a row a contact with a customer, in the columns of the sheet.

What came with a file or from an older version has a time and perhaps words, and no record: it is a row, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import pgettext, pgettext_lazy

from leadloop.actions.models import NextAction
from leadloop.chain.models import Member
from leadloop.chain.rules import DECISION_MAKER
from leadloop.customers.models import Contact
from leadloop.followup.models import FollowUp, Mood, Way
from leadloop.foundation.spreadsheet import Cell
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Remark
from leadloop.leads.permissions import contacts_readable
from leadloop.leads.queries import standing_contacts
from leadloop.people.queries import names_of
from leadloop.reporting.documents.kinds import Choice, Column, Document, Reading, leads

CHUNK = 500
LONGEST = 32_000
"""Characters of a cell: XLSX has room for 32,767."""


@dataclass(frozen=True, slots=True)
class Line:
    """A contact with what other tables say of it. Free words and people only where they may be read."""

    lead: Lead
    event: Event
    by: str
    record: FollowUp | None
    remark: str
    deciding: tuple[str, ...]
    action: NextAction | None
    readable: bool


def rows(document: Document, reading: Reading, choice: Choice) -> Iterator[Sequence[Cell]]:
    """Lead by lead as in the register, each lead's contacts in the order of time."""
    stream = _contacted(reading, choice).iterator(chunk_size=CHUNK)
    while chunk := list(islice(stream, CHUNK)):
        for line in _lines(chunk, reading, choice):
            yield [column.value(line) for column in document.columns]


def _contacted(reading: Reading, choice: Choice) -> QuerySet[Lead]:
    """The period is that of the contacts, not of the capture."""
    found = leads(reading, replace(choice, period=None)).filter(follow_up_count__gt=0)
    if choice.period is not None:
        found = found.filter(
            first_followed_up_at__lt=choice.period.ends_at, last_followed_up_at__gte=choice.period.starts_at
        )
    return found


def _lines(chunk: Sequence[Lead], reading: Reading, choice: Choice) -> Iterator[Line]:
    ids = [lead.pk for lead in chunk]
    events = standing_contacts(ids).order_by("lead_id", "occurred_at", "id")
    if choice.period is not None:
        events = events.filter(
            occurred_at__gte=choice.period.starts_at, occurred_at__lt=choice.period.ends_at
        )
    beside = _Beside(ids, list(events))
    for lead in chunk:
        readable = contacts_readable(lead, reading.visibility)
        for event in beside.events.get(lead.pk, ()):
            yield beside.line(lead, event, readable=readable)


class _Beside:
    """What other tables hold about some contacts: one query a table."""

    def __init__(self, lead_ids: Sequence[int], events: Sequence[Event]) -> None:
        self.events: dict[int, list[Event]] = {}
        for event in events:
            self.events.setdefault(event.lead_id, []).append(event)
        numbers = [event.pk for event in events]
        people = Prefetch("with_contacts", Contact.objects.order_by("pk"))
        records = FollowUp.objects.filter(lead__in=lead_ids).prefetch_related(people)
        self.records = {record.event_id: record for record in records}
        self.remarks = dict(Remark.objects.filter(event_id__in=numbers).values_list("event_id", "text"))
        self.names = names_of({event.actor_id for event in events if event.actor_id is not None})
        self.deciding = _deciding(lead_ids)
        planned_with = NextAction.objects.filter(lead__in=lead_ids)
        self.actions = {(one.lead_id, one.created_at): one for one in planned_with.order_by("pk")}

    def line(self, lead: Lead, event: Event, *, readable: bool) -> Line:
        record = self.records.get(event.pk)
        return Line(
            lead=lead,
            event=event,
            by=self.names.get(event.actor_id or 0, ""),
            record=record,
            remark=self.remarks.get(event.pk, ""),
            deciding=self.deciding.get(lead.pk, ()),
            # Planned with the record: in the same moment, for the same lead.
            action=None if record is None else self.actions.get((lead.pk, record.logged_at)),
            readable=readable,
        )


def _deciding(lead_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = Member.objects.filter(lead__in=lead_ids, role=DECISION_MAKER).select_related("contact")
    for member in rows.order_by("pk"):
        found[member.lead_id] = (*found.get(member.lead_id, ()), member.name)
    return found


def in_one(record: FollowUp) -> str:
    """Feedback and pain points, as the sheet has them: in one cell."""
    pains = (
        pgettext("in a document", "Pain points: %(text)s") % {"text": record.pains} if record.pains else ""
    )
    return "\n".join(part for part in (record.feedback, pains) if part)


def planned(action: NextAction, *, readable: bool) -> str:
    """What and by which day; a title is free words, the kind is not."""
    what = str(action) if readable else action.get_kind_display()
    return pgettext("in a document", "%(what)s by %(day)s") % {"what": what, "day": action.due_on}


def _words(line: Line) -> str:
    if not line.readable:
        return ""
    return (line.remark if line.record is None else in_one(line.record))[:LONGEST]


def _with(line: Line) -> str:
    if line.record is None or not line.readable:
        return ""
    return ", ".join(str(person) for person in line.record.with_contacts.all())


def _next(line: Line) -> str:
    return "" if line.action is None else planned(line.action, readable=line.readable)


_TITLES: Mapping[str, Any] = MappingProxyType(
    {
        "number": pgettext_lazy("column of a document", "Lead number"),
        "time": pgettext_lazy("column of a document", "Follow-up time"),
        "way": pgettext_lazy("column of a document", "Way of follow-up"),
        "by": pgettext_lazy("column of a document", "Followed up by"),
        "with": pgettext_lazy("column of a document", "Spoken with"),
        "said": pgettext_lazy("column of a document", "Feedback and pain points"),
        "deciding": pgettext_lazy("column of a document", "Decision makers"),
        "mood": pgettext_lazy("column of a document", "Mood of the customer"),
        "next": pgettext_lazy("column of a document", "Next action"),
    }
)

RECORDS = Document(
    key="follow-up-records",
    title=pgettext_lazy("document", "Follow-up records"),
    about=pgettext_lazy(
        "document", "Every contact with a customer: when, how, by whom, what was said, what comes next."
    ),
    columns=(
        Column(_TITLES["number"], 16, lambda line: line.lead.number),
        Column(_TITLES["time"], 17, lambda line: line.event.occurred_at),
        Column(_TITLES["way"], 10, lambda line: str(Way(line.record.way).label) if line.record else ""),
        Column(_TITLES["by"], 12, lambda line: line.by),
        Column(_TITLES["with"], 14, _with),
        Column(_TITLES["said"], 60, _words),
        Column(_TITLES["deciding"], 16, lambda line: ", ".join(line.deciding) if line.readable else ""),
        Column(_TITLES["mood"], 12, lambda line: str(Mood(line.record.mood).label) if line.record else ""),
        Column(_TITLES["next"], 28, _next),
    ),
    rows=rows,
)
