"""Records and files as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from leadloop.followup import queries
from leadloop.followup.file_types import TYPES
from leadloop.followup.models import Attachment, FollowUp, Mood, Way
from leadloop.leads.models import Lead
from leadloop.leads.timeline import Beside

SHORT = 1_200
"""Characters of a record in the timeline; the rest is on its own page."""
_KINDS = {Mood.POSITIVE: "good", Mood.HESITANT: "warn", Mood.NEGATIVE: "bad"}
_KB = 1024


@dataclass(frozen=True, slots=True)
class FileView:
    key: str
    name: str
    url: str
    size: str
    icon: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record; without words, people and files for readers to whom the contact is masked."""

    id: str
    url: str
    edit_url: str
    at: datetime
    logged_at: datetime
    by: str
    by_id: int | None
    way: str
    mood: str
    mood_kind: str
    people: tuple[str, ...]
    touched: tuple[str, ...]
    feedback: str
    pains: str
    cut: bool
    script: str
    late: bool
    version: int
    files: tuple[FileView, ...]
    record: FollowUp


def view_of(record: FollowUp, *, readable: bool, short: bool = False) -> RecordView:
    feedback = record.feedback if readable else ""
    pains = record.pains if readable else ""
    cut = short and max(len(feedback), len(pains)) > SHORT
    return RecordView(
        id=str(record.pk),
        url=reverse("followup:record", args=[record.pk]),
        edit_url=reverse("followup:edit", args=[record.pk]),
        at=record.at,
        logged_at=record.logged_at,
        by=str(record.by) if record.by else "",
        by_id=record.by_id,
        way=str(Way(record.way).label),
        mood=str(Mood(record.mood).label),
        mood_kind=_KINDS.get(Mood(record.mood), ""),
        people=tuple(str(one) for one in record.with_contacts.all()) if readable else (),
        touched=touched(record),
        feedback=_shortened(feedback) if cut else feedback,
        pains=_shortened(pains) if cut else pains,
        cut=cut,
        script=record.script_version.title if record.script_version else "",
        late=record.late,
        version=record.version,
        files=files_of(record.attachments.all()) if readable else (),
        record=record,
    )


def _shortened(text: str) -> str:
    return f"{text[:SHORT]}…" if len(text) > SHORT else text


def touched(record: FollowUp) -> tuple[str, ...]:
    pairs = (
        (record.touched_need, pgettext("talked about", "need")),
        (record.touched_solution, pgettext("talked about", "solution")),
        (record.touched_objection, pgettext("talked about", "objection")),
    )
    return tuple(name for ticked, name in pairs if ticked)


def files_of(attachments: Iterable[Attachment]) -> tuple[FileView, ...]:
    return tuple(
        FileView(
            key=one.key,
            name=one.name,
            url=reverse("followup:file", args=[one.key]),
            size=size(one.size),
            icon=TYPES[one.kind].icon if one.kind in TYPES else "file-text",
        )
        for one in attachments
    )


def size(number: int) -> str:
    if number < _KB * _KB:
        return _("%(number)s KB") % {"number": max(1, round(number / _KB))}
    return _("%(number)s MB") % {"number": f"{number / _KB / _KB:.1f}"}


def beside(lead: Lead, readable: bool) -> Mapping[int, Beside]:
    """For the timeline: journal rows of contacts that have a record."""
    return {
        record.event_id: Beside(
            "followup/moment.html", view_of(_of(record, lead), readable=readable, short=True)
        )
        for record in queries.of_lead(lead)
    }


def _of(record: FollowUp, lead: Lead) -> FollowUp:
    record.lead = lead
    return record
