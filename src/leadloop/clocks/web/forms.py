"""The form of one working calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leadloop.clocks.models import TeamCalendar, WorkCalendar
from leadloop.clocks.operations import CalendarFacts, SpecialDay
from leadloop.clocks.operations.calendars import hours_text
from leadloop.clocks.web.hours import days_text, read_days, read_hours
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import blame
from leadloop.people.models import Team

OFFICE = "09:00-12:00, 13:30-18:00"
HOLIDAYS = (("china", _("China, with make-up workdays")), ("", _("none")))


class CalendarForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a rule or a pool", "Name"), max_length=120)
    zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("Such as Asia/Shanghai or Europe/Berlin.")
    )
    holidays = forms.ChoiceField(label=_("Public holidays"), choices=HOLIDAYS, required=False)

    def __init__(self, *args: Any, calendar: WorkCalendar | None, default: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in range(7):
            self.fields[f"day_{day}"] = forms.CharField(
                label=WEEKDAYS[day], required=False, max_length=200, initial=OFFICE if day < 5 else ""
            )
        if not default:
            self.fields["teams"] = forms.ModelMultipleChoiceField(
                label=_("Teams"),
                queryset=Team.objects.all(),
                required=False,
                widget=forms.SelectMultiple(attrs={"data-pick": ""}),
                help_text=_("And those below them that have no calendar of their own."),
            )
        self.fields["exceptions"] = forms.CharField(
            label=_("Days of your own"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_(
                "One a line: 2026-05-06 is free, 2026-05-09 09:00-12:00 is worked. Words behind are a note."
            ),
        )
        if calendar is not None:
            self.initial.update(_values(calendar))

    def facts(self) -> CalendarFacts | None:
        """None: something cannot be read, and the form says what."""
        data = self.cleaned_data
        try:
            return CalendarFacts(
                name=data["name"],
                zone=data["zone"],
                holidays=data["holidays"],
                week=[read_hours(data[f"day_{day}"], field=f"day_{day}") for day in range(7)],
                exceptions=read_days(data["exceptions"]),
                teams=list(data.get("teams") or ()),
            )
        except LeadloopError as error:
            blame(self, error)
            return None


def _values(calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "zone": calendar.zone,
        "holidays": calendar.holidays,
        "exceptions": days_text(days_of(calendar)),
        "teams": list(TeamCalendar.objects.filter(calendar_id=calendar.pk).values_list("team_id", flat=True)),
        **{f"day_{day}": hours_text(hours) for day, hours in enumerate(calendar.week)},
    }


def days_of(calendar: WorkCalendar) -> list[SpecialDay]:
    return [
        SpecialDay(date.fromisoformat(row["day"]), [tuple(span) for span in row["hours"]], row["note"])
        for row in calendar.exceptions
    ]
