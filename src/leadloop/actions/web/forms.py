"""The forms of next actions. What is right or wrong is the operations' business."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leadloop.actions.models import MOST_REASON, MOST_TITLE, Kind, NextAction, Priority, Repeat
from leadloop.actions.operations import Planned
from leadloop.actions.operations.planning import zone_of
from leadloop.actions.rules import MOST_EVERY, REASONS
from leadloop.leads.models import Lead
from leadloop.people.models import User

OTHER = "other"


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


def _time(**kwargs: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(widget=widget, required=False, **kwargs)


class WhatForm(forms.Form):
    """What is to be done, and how often."""

    title = forms.CharField(
        label=pgettext_lazy("next action", "What"),
        max_length=MOST_TITLE,
        required=False,
        widget=forms.TextInput(
            attrs={"autofocus": "", "placeholder": gettext_lazy("e.g. ask about the budget")}
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.CALL)
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, initial=Priority.NORMAL
    )
    repeat = forms.ChoiceField(label=gettext_lazy("Repeat"), choices=Repeat.choices, required=False)
    every = forms.IntegerField(
        label=gettext_lazy("Every … time"),
        min_value=1,
        max_value=MOST_EVERY,
        required=False,
        help_text=gettext_lazy("2 with “every week” is every second week."),
    )
    until = _day(label=gettext_lazy("Until"), required=False)

    def facts(self, due_at: datetime, *, has_time: bool, owner: User | None = None) -> Planned:
        data = self.cleaned_data
        return Planned(
            due_at=due_at,
            title=data["title"],
            kind=data["kind"],
            has_time=has_time,
            priority=data["priority"],
            repeat=data["repeat"],
            every=data["every"] or 1,
            until=data["until"],
            owner=owner,
        )

    @staticmethod
    def shown(action: NextAction) -> dict[str, Any]:
        names = ("title", "kind", "priority", "repeat", "until")
        return {name: getattr(action, name) for name in names} | {
            "every": action.every if action.repeat else None
        }


class PlanForm(WhatForm):
    due_at = _day(label=gettext_lazy("Day"))
    clock = _time(label=gettext_lazy("Time"), help_text=gettext_lazy("Empty: at any time of the day."))
    owner = forms.ModelChoiceField(label=gettext_lazy("Whose"), queryset=User.objects.none(), required=False)

    field_order = ("title", "kind", "due_at", "clock", "priority", "owner", "repeat", "every", "until")

    def __init__(self, *args: Any, lead: Lead, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {person.pk: person for person in (lead.owner, user) if person is not None}
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=choices)
        field.empty_label = None
        self.usual_owner = lead.owner or user
        field.initial = self.usual_owner.pk
        if len(choices) == 1:
            del self.fields["owner"]

    def planned(self) -> Planned:
        data = self.cleaned_data
        owner = data.get("owner") or self.usual_owner
        moment = moment_of(data["due_at"], data["clock"], owner)
        return self.facts(moment, has_time=data["clock"] is not None, owner=data.get("owner"))


class WhyForm(forms.Form):
    """The reason, chosen or written."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=(), required=False, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("Other reason"), max_length=MOST_REASON, required=False, widget=forms.TextInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, words.render(_)) for key, words in REASONS.items()]

    def why(self) -> str:
        """What was written says more than what was chosen."""
        return str(self.cleaned_data["words"].strip() or self.cleaned_data["reason"])


class PostponeForm(WhyForm):
    to = _day(label=gettext_lazy("New day"))
    clock = _time(label=gettext_lazy("Time"), help_text=gettext_lazy("Empty: at any time of the day."))

    field_order = ("to", "clock", "reason", "words")

    def __init__(self, *args: Any, day_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if day_known:
            # Dragged there: what is left to say is why.
            self.fields["reason"].widget.attrs["autofocus"] = True

    def moment(self, owner: User) -> datetime:
        return moment_of(self.cleaned_data["to"], self.cleaned_data["clock"], owner)


class PostponeManyForm(WhyForm):
    by_days = forms.TypedChoiceField(label=gettext_lazy("Move"), coerce=int, empty_value=None, required=False)
    to = _day(label=gettext_lazy("All to one day"), required=False)

    field_order = ("by_days", "to", "reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["by_days"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (1, _("each to the next day")),
            (2, _("each by 2 days")),
            (3, _("each by 3 days")),
            (7, _("each by a week")),
            (14, _("each by 2 weeks")),
        ]

    def target(self) -> dict[str, Any]:
        """One day named wins over days counted."""
        day = self.cleaned_data["to"]
        if day is not None:
            return {"to": day}
        return {"by_days": self.cleaned_data["by_days"]}


class DropForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=MOST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": ""}),
    )
    once = forms.BooleanField(
        label=gettext_lazy("Only this time; the next one stays planned"), required=False
    )

    def __init__(self, *args: Any, repeats: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not repeats:
            del self.fields["once"]


def moment_of(day: date, clock: time | None, owner: User) -> datetime:
    """A time of day is the reader's; a day without one is the owner's, wherever the reader is."""
    if clock is not None:
        return datetime.combine(day, clock, timezone.get_current_timezone())
    return datetime.combine(day, time(12), zone_of(owner))
