"""The form of a record as it is shown: one key for way and mood, and everything of the lead that helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadloop.actions.models import Kind as ActionKind
from leadloop.actions.models import NextAction
from leadloop.actions.operations import proposed_for
from leadloop.actions.permissions import may_plan
from leadloop.customers.models import Contact
from leadloop.discovery.queries import prompts, standing
from leadloop.followup import queries
from leadloop.followup.models import Attachment, FollowUp, Mood, Way
from leadloop.followup.operations.writing import MOST_FILES
from leadloop.followup.web.forms import ANSWER, MOOD_KEYS, WAY_KEYS, EditForm, LogForm, RecordForm
from leadloop.followup.web.shown import FileView, files_of
from leadloop.foundation.messages import Message
from leadloop.leads.models import Lead
from leadloop.leads.permissions import readable_contacts
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.playbook.models import Part, Purpose
from leadloop.playbook.queries import for_lead

MOST_SCRIPTS = 8
MOST_PEOPLE = 30
WAY_ICONS: Mapping[str, str] = MappingProxyType(
    {
        Way.PHONE: "phone",
        Way.VISIT: "building",
        Way.WECHAT: "messages",
        Way.EMAIL: "mail",
        Way.MEETING: "users",
        Way.DEMO: "device-desktop",
    }
)
MOOD_KINDS: Mapping[str, str] = MappingProxyType(
    {Mood.POSITIVE: "good", Mood.HESITANT: "warn", Mood.NEGATIVE: "bad", Mood.SILENT: ""}
)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    checked: bool
    key: str = ""
    """The key that chooses it."""
    icon: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScriptChoice:
    value: str
    title: str
    purpose: str
    reason: Message
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class PartField:
    """A part of need discovery that is missing, to be answered right here."""

    letter: str
    title: str
    questions: tuple[str, ...]
    field: BoundField


@dataclass(frozen=True, slots=True)
class Parts:
    missing: tuple[PartField, ...]
    done: tuple[str, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next. ``proposed``: by the cadence of the grade."""

    kinds: tuple[Choice, ...]
    days: tuple[Choice, ...]
    proposed: date | None
    earliest: str


@dataclass(frozen=True, slots=True)
class Panel:
    number: str
    root: str
    """Id of the element that an answer replaces."""
    customer: str
    title: str
    url: str
    upload_url: str
    back: str
    form: RecordForm
    ways: tuple[Choice, ...]
    moods: tuple[Choice, ...]
    people: tuple[Choice, ...]
    scripts: tuple[ScriptChoice, ...]
    script: str
    actions: tuple[Choice, ...]
    parts: Parts | None
    next: Next | None
    files: tuple[FileView, ...]
    most_files: int
    most_bytes: str
    accept: str
    dialog: bool
    editing: bool
    version: int
    latest: str
    at: str
    """As its field wants it."""
    when_open: bool


def log_panel(
    user: User, lead: Lead, form: LogForm, moment: datetime, keys: Sequence[str], *, dialog: bool
) -> Panel:
    chosen = form.chosen("script")
    scripts = _scripts(lead, chosen)
    return Panel(
        title=_("Log a follow-up"),
        url=reverse("followup:log", args=[lead.number]),
        people=_people(user, lead, form.chosen("contacts")),
        scripts=scripts,
        script=next((one.title for one in scripts if one.checked), ""),
        actions=_actions(form),
        parts=_parts(lead, form),
        next=_next(lead, form, moment) if may_plan(user, lead) else None,
        files=files_of(queries.waiting_of(user, lead, keys)),
        editing=False,
        version=0,
        **_common(lead, form, moment, dialog=dialog),
    )


def edit_panel(
    user: User,
    record: FollowUp,
    form: EditForm,
    moment: datetime,
    files: Iterable[Attachment],
    *,
    dialog: bool,
) -> Panel:
    lead = record.lead
    scripts = _scripts(lead, form.chosen("script"))
    return Panel(
        title=_("Correct the record"),
        url=reverse("followup:edit", args=[record.pk]),
        people=_people(user, lead, form.chosen("contacts"), record.with_contacts.all()),
        scripts=scripts,
        script=next((one.title for one in scripts if one.checked), ""),
        actions=(),
        parts=None,
        next=None,
        files=files_of(files),
        editing=True,
        version=record.version,
        **_common(lead, form, moment, dialog=dialog),
    )


def _common(lead: Lead, form: RecordForm, moment: datetime, *, dialog: bool) -> dict[str, Any]:
    return {
        "number": lead.number,
        "root": f"followup-{lead.pk}",
        "customer": str(lead.customer),
        "upload_url": reverse("followup:upload", args=[lead.number]),
        "back": reverse("leads:detail", args=[lead.number]),
        "form": form,
        "ways": _choices(Way, form.chosen("way"), WAY_KEYS, WAY_ICONS),
        "moods": _choices(Mood, form.chosen("mood"), MOOD_KEYS, {}),
        "most_files": MOST_FILES,
        "most_bytes": str(settings.ATTACHMENT_BYTES),
        "accept": ",".join(f".{one}" for one in settings.ATTACHMENT_TYPES),
        "dialog": dialog,
        "latest": f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}",
        "at": at_of(form),
        "when_open": isinstance(form, EditForm) or bool(form["at"].value()) or bool(form["at"].errors),
    }


def at_of(form: RecordForm) -> str:
    value = form["at"].value()
    return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value or "")


def _choices(
    of: Any, chosen: set[str], keys: Mapping[str, str], icons: Mapping[str, str]
) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            value, str(of(value).label), value in chosen, key=keys[value].upper(), icon=icons.get(value, "")
        )
        for value in of.values
    )


def _people(user: User, lead: Lead, chosen: set[str], named: Iterable[Contact] = ()) -> tuple[Choice, ...]:
    """The lead's contact first; who has left, or is of a former customer, only where a record names them."""
    known = list(readable_contacts(lead.customer_id, visibility_of(user)).order_by("pk")[: MOST_PEOPLE * 2])
    known += [one for one in named if one not in known]
    rows = [one for one in known if one.retired_at is None or str(one.pk) in chosen]
    rows.sort(key=lambda one: one.pk != lead.contact_id)
    return tuple(
        Choice(str(one.pk), str(one), str(one.pk) in chosen, note=_role(one)) for one in rows[:MOST_PEOPLE]
    )


def _role(contact: Contact) -> str:
    return contact.title or contact.get_role_display()


def language() -> str:
    """The language of scripts, by the reader's."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def _scripts(lead: Lead, chosen: set[str]) -> tuple[ScriptChoice, ...]:
    process = lead.process
    fits = for_lead(
        industry=lead.industry,
        grade=lead.grade,
        stage_key=lead.stage.key,
        language=language(),
        process=(process.key, process.name_zh, process.name_en),
    )
    return tuple(
        ScriptChoice(
            value=str(fit.version.pk),
            title=fit.version.title,
            purpose=str(Purpose(fit.version.purpose).label),
            reason=fit.reason,
            text=fit.version.text,
            checked=str(fit.version.pk) in chosen,
        )
        for place, fit in enumerate(fits)
        if place < MOST_SCRIPTS or str(fit.version.pk) in chosen
    )


def _actions(form: LogForm) -> tuple[Choice, ...]:
    chosen = form.chosen("completes")
    return tuple(
        Choice(str(one.pk), str(one), str(one.pk) in chosen, note=_due(one)) for one in form.open_actions
    )


def _due(action: NextAction) -> str:
    return f"{action.due_on:%Y-%m-%d}"


def _parts(lead: Lead, form: LogForm) -> Parts:
    stands = standing(lead)
    asked = prompts(lead, language())
    missing = tuple(_part(part, asked, form) for part in stands.missing)
    typed = any(one.field.value() or one.field.errors for one in missing)
    return Parts(missing, tuple(str(part.label) for part in stands.done), open=typed)


def _part(part: Part, asked: Mapping[Part, Any], form: LogForm) -> PartField:
    prompt = asked.get(part)
    questions = () if prompt is None else prompt.questions
    return PartField(part.value.upper(), str(part.label), questions, form[f"{ANSWER}{part}"])


def _next(lead: Lead, form: LogForm, moment: datetime) -> Next:
    today = timezone.localdate(moment)
    kind = str(form["next_kind"].value() or ActionKind.CALL)
    proposed = proposal(lead, moment)
    day = str(form["next_on"].value() or "")
    near = {
        _("tomorrow"): (today + timedelta(days=1)).isoformat(),
        _("in 3 days"): (today + timedelta(days=3)).isoformat(),
        _("in a week"): (today + timedelta(days=7)).isoformat(),
    }
    if proposed is not None and proposed.isoformat() not in near.values():
        near[_("by cadence")] = proposed.isoformat()
    return Next(
        kinds=tuple(Choice(value, str(label), value == kind) for value, label in ActionKind.choices),
        days=(
            *(Choice(value, label, value == day) for label, value in near.items()),
            Choice("", _("nothing planned"), not day),
        ),
        proposed=proposed,
        earliest=today.isoformat(),
    )


def proposal(lead: Lead, moment: datetime) -> date | None:
    """The day of the next contact by cadence, in the reader's zone."""
    planned = proposed_for(lead, moment)
    return None if planned is None else timezone.localdate(planned.due_at)
