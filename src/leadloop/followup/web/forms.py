"""The form of a record. It reads what was typed; what is right or wrong is the operations' business."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from leadloop.actions.models import Kind as ActionKind
from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned
from leadloop.customers.models import Contact
from leadloop.followup.models import FollowUp, Mood, Way
from leadloop.followup.rules import LONGEST, FollowUpFacts
from leadloop.leads.models import Lead
from leadloop.leads.permissions import readable_contacts
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.playbook.models import Part, ScriptVersion

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WAY_KEYS = dict(zip(Way.values, "123456", strict=True))
MOOD_KEYS = dict(zip(Mood.values, "qwer", strict=True))
ANSWER = "answer_"
_FIELDS = {
    "due_at": "next_on",
    "title": "next_title",
    "kind": "next_kind",
    "script_version": "script",
    **{part: f"{ANSWER}{part}" for part in Part.values},
}
"""Where the form shows what operations call otherwise."""


def _words(label: StrOrPromise, *, rows: int = 1, **kwargs: Any) -> forms.CharField:
    # The operation says what is too long, with the number of characters; the field keeps what was typed.
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, widget=widget, **kwargs)


def _tick(label: StrOrPromise) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class RecordForm(forms.Form):
    """What a record says. Choices of people and scripts are those that the page offers."""

    way = forms.ChoiceField(
        label=pgettext_lazy("follow-up", "Way"),
        choices=Way,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the customer was contacted.")},
    )
    mood = forms.ChoiceField(
        label=pgettext_lazy("follow-up", "Mood"),
        choices=Mood,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the customer took it.")},
    )
    feedback = _words(gettext_lazy("What the customer said"), rows=3)
    pains = _words(gettext_lazy("Pain points"))
    need = _tick(pgettext_lazy("talked about", "need"))
    solution = _tick(pgettext_lazy("talked about", "solution"))
    objection = _tick(pgettext_lazy("talked about", "objection"))
    contacts = forms.ModelMultipleChoiceField(
        label=pgettext_lazy("follow-up", "With"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    script = forms.ModelChoiceField(
        label=gettext_lazy("Script used"), queryset=ScriptVersion.objects.none(), required=False
    )

    def __init__(self, data: Any = None, *, lead: Lead, user: User, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"followup-{lead.pk}-%s", **kwargs)
        self.lead = lead
        self.fields["feedback"].widget.attrs["data-most"] = str(LONGEST)
        # All that may be, not what the page offers now: somebody may publish a script or end an action
        # between opening and saving, and nothing typed is lost by that.
        self._among("contacts", readable_contacts(lead.customer_id, visibility_of(user)))
        self._among("script", ScriptVersion.objects.filter(published_at__isnull=False))

    def _among(self, name: str, rows: QuerySet[Any]) -> None:
        field: Any = self.fields[name]
        field.queryset = rows

    def chosen(self, name: str) -> set[str]:
        """Values that are marked now, as texts."""
        value = self[name].value()
        values = value if isinstance(value, list | tuple | set) else [value]
        return {str(one) for one in values if one not in (None, "", False)}

    def facts(self, attachments: Sequence[str]) -> FollowUpFacts:
        data = self.cleaned_data
        script: ScriptVersion | None = data["script"]
        return FollowUpFacts(
            way=data["way"],
            mood=data["mood"],
            feedback=data["feedback"],
            pains=data["pains"],
            need=data["need"],
            solution=data["solution"],
            objection=data["objection"],
            at=self._moment(),
            contacts=tuple(contact.pk for contact in data["contacts"]),
            script_version=None if script is None else script.pk,
            attachments=tuple(attachments),
        )

    def _moment(self) -> datetime | None:
        """People give minutes: that of the capture is not before the capture."""
        at: datetime | None = self.cleaned_data["at"]
        captured = self.lead.captured_at
        if at is not None and at < captured and at == captured.replace(second=0, microsecond=0):
            return captured
        return at

    def field_of(self, name: str | None) -> str | None:
        """The field that shows an error about ``name``."""
        found = _FIELDS.get(name or "", name)
        return found if found in self.fields else None


class EditForm(RecordForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, record: FollowUp, **kwargs: Any) -> None:
        super().__init__(data, lead=record.lead, **kwargs)
        field: Any = self.fields["contacts"]
        named = [contact.pk for contact in record.with_contacts.all()]
        field.queryset = (field.queryset | Contact.objects.filter(pk__in=named)).distinct()

    @staticmethod
    def values_of(record: FollowUp) -> dict[str, Any]:
        return {
            "way": record.way,
            "mood": record.mood,
            "feedback": record.feedback,
            "pains": record.pains,
            "need": record.touched_need,
            "solution": record.touched_solution,
            "objection": record.touched_objection,
            "contacts": [contact.pk for contact in record.with_contacts.all()],
            "at": timezone.localtime(record.at),
            "script": record.script_version_id,
            "seen": record.version,
        }

    def moment_beside(self, record: FollowUp) -> datetime | None:
        """None when the minute that the form showed was left as it was: its seconds stay, too."""
        at = self._moment()
        return None if at is None or at == record.at.replace(second=0, microsecond=0) else at


class LogForm(RecordForm):
    """A new record, with what comes next."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    where = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    completes = forms.ModelChoiceField(
        label=gettext_lazy("This was"), queryset=NextAction.objects.none(), required=False
    )
    next_kind = forms.ChoiceField(
        label=gettext_lazy("Next action"), choices=ActionKind, required=False, initial=ActionKind.CALL
    )
    next_title = forms.CharField(label=gettext_lazy("What"), required=False)
    next_on = forms.DateField(
        label=gettext_lazy("On"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    next_at = forms.TimeField(
        label=gettext_lazy("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._among("completes", NextAction.objects.filter(lead=self.lead).select_related("owner"))
        for part in Part:
            self.fields[f"{ANSWER}{part}"] = _words(part.label)
        if not self.is_bound:
            self.initial.setdefault("key", uuid.uuid4().hex)

    @cached_property
    def open_actions(self) -> list[NextAction]:
        found = NextAction.objects.filter(lead=self.lead, done_at=None, dropped_at=None)
        return list(found.order_by("due_at", "id"))

    def answers(self) -> dict[str, str]:
        return {
            name.removeprefix(ANSWER): text
            for name, text in self.cleaned_data.items()
            if name.startswith(ANSWER) and text
        }

    def plan(self) -> Planned | None:
        """None without a day: nothing is planned. A whole day is given by its noon, wherever its owner is."""
        data = self.cleaned_data
        if data["next_on"] is None:
            return None
        moment = datetime.combine(data["next_on"], data["next_at"] or time(12))
        return Planned(
            due_at=timezone.make_aware(moment),
            title=data["next_title"],
            kind=data["next_kind"] or ActionKind.CALL,
            has_time=data["next_at"] is not None,
        )
