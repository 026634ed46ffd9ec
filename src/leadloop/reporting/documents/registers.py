"""The documents that are lists of leads: lead register, grade list, grading and follow-up plan.

Columns and their order are those of the sheets that people keep; an import recognises them without help.
Rows come one after the other from the database, whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from leadloop.actions.models import NextAction
from leadloop.actions.queries import next_of
from leadloop.clocks.queries import next_contact
from leadloop.followup.models import FollowUp
from leadloop.foundation.messages import Message
from leadloop.foundation.spreadsheet import Cell, Sheet
from leadloop.grading.models import Grading, Source, Temperature
from leadloop.grading.queries import reasons_of
from leadloop.leads.models import Lead, Remark, State
from leadloop.leads.permissions import contact_of, contacts_readable
from leadloop.leads.queries import standing_contacts
from leadloop.people.queries import names_of
from leadloop.process.models import Process
from leadloop.process.queries import policy
from leadloop.reporting.documents.kinds import Choice, Column, Document, Reading, leads
from leadloop.reporting.documents.records import RECORDS, in_one, planned

__all__ = ["DOCUMENTS", "Choice", "Document", "Reading", "table"]

CHUNK = 1_000
LAST_RECORD = 500
"""Characters of the last follow-up record: a cell is no place for more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A lead with what its rows of other tables say."""

    lead: Lead
    tags: tuple[str, ...]
    owner: str
    grading: Grading | None
    reason: Message | None
    judge: str
    record: str
    planned: NextAction | None
    cadence: Mapping[str, Any]
    reading: Reading

    @property
    def readable(self) -> bool:
        """Free words may name people: who may not know the contact gets none."""
        return contacts_readable(self.lead, self.reading.visibility)

    @property
    def details(self) -> str:
        view = contact_of(self.lead, self.reading.visibility)
        return " / ".join(part for part in (view.phone, view.email) if part)

    @property
    def contact(self) -> str:
        return contact_of(self.lead, self.reading.visibility).name


def table(document: Document, reading: Reading, choice: Choice) -> Sheet:
    """Headers, widths and rows; the rows are read as they are asked for."""
    return Sheet(
        name=str(document.title),
        headers=[str(column.title) for column in document.columns],
        rows=(document.rows or _rows)(document, reading, choice),
        widths=[column.width for column in document.columns],
    )


def _rows(document: Document, reading: Reading, choice: Choice) -> Iterator[Sequence[Cell]]:
    stream = leads(reading, choice).iterator(chunk_size=CHUNK)
    owners = cache(lambda pk: names_of([pk]).get(pk, ""))
    cadences = cache(lambda pk: policy(Process.objects.get(pk=pk), "cadence"))
    while chunk := list(islice(stream, CHUNK)):
        beside = _Beside(chunk, document.needs)
        for lead in chunk:
            line = beside.line(lead, owners, cadences, reading)
            yield [column.value(line) for column in document.columns]


class _Beside:
    """What other tables hold about some leads: one query a table."""

    def __init__(self, chunk: Sequence[Lead], needs: frozenset[str]) -> None:
        ids = [lead.pk for lead in chunk]
        self.tags = _tags(ids) if "tags" in needs else {}
        self.gradings = _gradings(ids) if "grading" in needs else {}
        self.reasons = reasons_of(ids) if "grading" in needs else {}
        self.records = _records(ids) if "record" in needs else {}
        self.planned = next_of(ids) if "record" in needs else {}

    def line(
        self,
        lead: Lead,
        owners: Callable[[int], str],
        cadences: Callable[[int], Mapping[str, Any]],
        reading: Reading,
    ) -> Line:
        grading = self.gradings.get(lead.pk)
        judge = _judge_of(grading)
        return Line(
            lead=lead,
            tags=tuple(self.tags.get(lead.pk, ())),
            owner=owners(lead.owner_id) if lead.owner_id is not None else "",
            grading=grading,
            reason=self.reasons.get(lead.pk),
            judge=owners(judge) if judge is not None else "",
            record=self.records.get(lead.pk, ""),
            planned=self.planned.get(lead.pk),
            cadence=cadences(lead.process_id),
            reading=reading,
        )


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Lead.tags.through.objects.filter(lead_id__in=ids).order_by("tag__name")
    for lead_id, name in rows.values_list("lead_id", "tag__name"):
        found.setdefault(lead_id, []).append(name)
    return found


def _gradings(ids: Sequence[int]) -> dict[int, Grading]:
    return Grading.objects.defer("facts_under", "reason").in_bulk(ids)


def _records(ids: Sequence[int]) -> dict[int, str]:
    """The words of the last follow-up of each lead: of its record, or what came with a file."""
    events = standing_contacts(ids).order_by("occurred_at", "id")
    last = dict(events.values_list("lead_id", "id"))
    words = dict(Remark.objects.filter(event_id__in=last.values()).values_list("event_id", "text"))
    records = FollowUp.objects.filter(event_id__in=last.values())
    words |= {record.event_id: in_one(record) for record in records}
    return {lead_id: words[event] for lead_id, event in last.items() if event in words}


def _judge_of(grading: Grading | None) -> int | None:
    """Who gave the grade that holds; None: the rules, a file, nobody."""
    if grading is None:
        return None
    return {Source.MANAGER: grading.manager_id, Source.REP: grading.rep_id}.get(Source(grading.held_by))


def _graded_at(line: Line) -> Cell:
    one = line.grading
    if one is None:
        return None
    moments = {Source.MANAGER: one.manager_at, Source.REP: one.rep_at}
    return moments.get(Source(one.held_by)) or one.graded_at


def _graded_by(line: Line) -> Cell:
    if line.grading is None:
        return _("from the file") if line.lead.grade else ""
    if line.judge:
        return line.judge
    if line.grading.held_by == Source.RULE and line.grading.rule:
        return _("rule %(number)s") % {"number": line.grading.rule}
    return str(Source(line.grading.held_by).label)


def _temperature(line: Line) -> Cell:
    given = line.grading.temperature if line.grading else ""
    return str(Temperature(given).label) if given else ""


def status(lead: Lead) -> str:
    """In the four words of the sheet."""
    if lead.state == State.WON:
        return pgettext("status in a document", "converted")
    if lead.state == State.LOST:
        return pgettext("status in a document", "lost")
    return (
        pgettext("status in a document", "working")
        if lead.follow_up_count
        else pgettext("status in a document", "waiting")
    )


def next_action(line: Line) -> str:
    """What is planned next with its day, else what the cadence of the grade asks for; nothing for closed
    leads.
    """
    lead = line.lead
    if lead.state != State.OPEN:
        return ""
    if line.planned is not None:
        return planned(line.planned, readable=line.readable)
    if lead.owner_id is None:
        return _("claim from the pool")
    rhythm = line.cadence.get(lead.grade, {})
    if rhythm.get("nurture"):
        return _("nurture")
    if not lead.follow_up_count:
        return _("first follow-up")
    due = None if lead.last_followed_up_at is None else next_contact(lead=lead, at=lead.last_followed_up_at)
    if due is None:
        return _("next contact")
    return _("next contact by %(day)s") % {"day": due.astimezone(ZoneInfo(line.reading.zone)).date()}


def _column(title: str, width: int, value: Callable[[Line], Cell]) -> Column:
    # The words of the sheets, which differ from those of the pages.
    return Column(_TITLES[title], width, value)


_TITLES: Mapping[str, Any] = MappingProxyType(
    {
        "number": pgettext_lazy("column of a document", "Lead number"),
        "channel": pgettext_lazy("column of a document", "Channel"),
        "party": pgettext_lazy("company or person, in the lead register", "Customer name"),
        "customer": pgettext_lazy("column of a document", "Customer name"),
        "contact": pgettext_lazy("column of a document", "Contact"),
        "details": pgettext_lazy("column of a document", "Contact details"),
        "industry": pgettext_lazy("column of a document", "Industry"),
        "need": pgettext_lazy("column of a document", "First need"),
        "captured": pgettext_lazy("column of a document", "Captured at"),
        "owner": pgettext_lazy("column of a document", "Owner"),
        "tags": pgettext_lazy("column of a document", "First tags"),
        "grade": pgettext_lazy("column of a document", "Grade"),
        "temperature": pgettext_lazy("column of a document", "Temperature"),
        "points": pgettext_lazy("column of a document", "Score"),
        "reason": pgettext_lazy("column of a document", "Reason for the grade"),
        "graded_by": pgettext_lazy("column of a document", "Graded by"),
        "graded_at": pgettext_lazy("column of a document", "Graded at"),
        "assigned": pgettext_lazy("column of a document", "Assigned at"),
        "followed_up": pgettext_lazy("column of a document", "First follow-up at"),
        "record": pgettext_lazy("column of a document", "Follow-up record"),
        "status": pgettext_lazy("column of a document", "Status"),
        "next": pgettext_lazy("column of a document", "Next action"),
    }
)

_NUMBER = _column("number", 16, lambda line: line.lead.number)
_CHANNEL = _column("channel", 14, lambda line: line.lead.channel.name if line.lead.channel else "")
_CUSTOMER = _column("customer", 30, lambda line: line.lead.customer.name)
_CONTACT = _column("contact", 12, lambda line: line.contact)
_DETAILS = _column("details", 30, lambda line: line.details)
_INDUSTRY = _column("industry", 16, lambda line: line.lead.industry)
_OWNER = _column("owner", 12, lambda line: line.owner)
_GRADE = _column("grade", 10, lambda line: line.lead.grade)

REGISTER = Document(
    key="lead-register",
    title=pgettext_lazy("document", "Lead register"),
    about=pgettext_lazy("document", "Every lead as it was captured: where from, who, what they need."),
    columns=(
        _NUMBER,
        _CHANNEL,
        _column("party", 30, lambda line: line.lead.customer.name),
        _DETAILS,
        _INDUSTRY,
        _column("need", 40, lambda line: line.lead.first_need if line.readable else ""),
        _column("captured", 17, lambda line: line.lead.captured_at),
        _OWNER,
        _column("tags", 20, lambda line: ", ".join(line.tags)),
    ),
    needs=frozenset({"tags"}),
)

GRADES = Document(
    key="grade-list",
    title=pgettext_lazy("document", "Grade list"),
    about=pgettext_lazy("document", "The grade of every lead with its reason, and who gave it when."),
    columns=(
        _NUMBER,
        _CUSTOMER,
        _CONTACT,
        _CHANNEL,
        _INDUSTRY,
        _GRADE,
        _column("temperature", 10, _temperature),
        _column("points", 8, lambda line: line.grading.points if line.grading else None),
        _column("reason", 44, lambda line: line.reason.render(_) if line.reason and line.lead.grade else ""),
        _column("graded_by", 14, _graded_by),
        _column("graded_at", 17, _graded_at),
        _OWNER,
    ),
    needs=frozenset({"grading"}),
)

PLAN = Document(
    key="follow-up-plan",
    title=pgettext_lazy("document", "Grading and follow-up plan"),
    about=pgettext_lazy(
        "document", "Who works on which lead, what was said last, and what comes next by when."
    ),
    columns=(
        _NUMBER,
        _CUSTOMER,
        _CONTACT,
        _DETAILS,
        _CHANNEL,
        _GRADE,
        _column("assigned", 17, lambda line: line.lead.assigned_at),
        _column("followed_up", 17, lambda line: line.lead.first_followed_up_at),
        _column("record", 40, lambda line: line.record[:LAST_RECORD] if line.readable else ""),
        _column("status", 10, lambda line: status(line.lead)),
        _column("next", 28, next_action),
        _OWNER,
    ),
    needs=frozenset({"record"}),
)

DOCUMENTS: Mapping[str, Document] = MappingProxyType(
    {one.key: one for one in (REGISTER, GRADES, PLAN, RECORDS)}
)
