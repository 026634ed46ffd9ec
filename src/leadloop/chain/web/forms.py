"""One person of a decision chain as a form: everything that the map shows can be done here, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leadloop.chain import queries
from leadloop.chain.models import Influence, Member, Stance
from leadloop.chain.operations import MemberFacts
from leadloop.customers.models import Contact
from leadloop.leads.models import Lead


class MemberForm(forms.Form):
    contact = forms.ChoiceField(label=gettext_lazy("contact"), required=False)
    name = forms.CharField(
        label=pgettext_lazy("decision chain", "name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Of somebody who is no contact of the customer yet."),
    )
    title = forms.CharField(label=gettext_lazy("position"), max_length=120, required=False)
    role = forms.ChoiceField(label=pgettext_lazy("decision chain", "role"))
    stance = forms.ChoiceField(label=pgettext_lazy("decision chain", "stance"), required=False)
    influence = forms.ChoiceField(
        label=pgettext_lazy("decision chain", "influence"),
        choices=Influence.choices,
        initial=Influence.MIDDLE,
    )
    reports_to = forms.ChoiceField(label=gettext_lazy("reports to"), required=False)
    met_on = forms.DateField(
        label=gettext_lazy("met on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Follow-ups that name the contact count by themselves."),
    )
    note = forms.CharField(
        label=gettext_lazy("note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, lead: Lead, people: Sequence[Member], member: Member | None = None, **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self._people = {one.pk: one for one in people if member is None or one.pk != member.pk}
        self._contacts = {one.pk: one for one in _contacts(lead, member)}
        self._was = member
        self.fields["contact"].choices = [  # type: ignore[attr-defined]
            ("", _("somebody else")),
            *((pk, _told(one)) for pk, one in self._contacts.items()),
        ]
        names = queries.roles(lead).names
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (key, name.render(_)) for key, name in names.items()
        ]
        self.fields["stance"].choices = [  # type: ignore[attr-defined]
            ("", _("not known")),
            *reversed(Stance.choices),
        ]
        self.fields["reports_to"].choices = [  # type: ignore[attr-defined]
            ("", _("nobody")),
            *((pk, one.name) for pk, one in self._people.items()),
        ]

    def facts(self, now: datetime) -> MemberFacts:
        data = self.cleaned_data
        return MemberFacts(
            contact=self._contacts.get(int(data["contact"] or 0)),
            name=data["name"],
            title=data["title"],
            role=data["role"],
            stance=int(data["stance"]) if data["stance"] else None,
            influence=int(data["influence"]),
            reports_to=self._people.get(int(data["reports_to"] or 0)),
            met_at=self._met(data["met_on"], now),
            note=data["note"],
        )

    def seen_at(self) -> datetime | None:
        text = self.cleaned_data["seen"]
        return datetime.fromisoformat(text) if text else None

    def _met(self, day: date | None, now: datetime) -> datetime | None:
        """The moment that is known stays when its day does; of another day noon, or now."""
        if day is None:
            return None
        before = self._was.met_at if self._was else None
        if before is not None and timezone.localdate(before) == day:
            return before
        noon = timezone.make_aware(datetime.combine(day, time(12)))
        return now if day == timezone.localdate(now) else noon


def known(member: Member) -> dict[str, Any]:
    """The form's first values."""
    return {
        "contact": member.contact_id or "",
        "name": member.own_name,
        "title": member.own_title,
        "role": member.role,
        "stance": "" if member.stance is None else member.stance,
        "influence": member.influence,
        "reports_to": member.reports_to_id or "",
        "met_on": timezone.localdate(member.met_at) if member.met_at else None,
        "note": member.note,
        "seen": member.changed_at.isoformat(),
    }


def _contacts(lead: Lead, member: Member | None) -> list[Contact]:
    own = [member.contact] if member is not None and member.contact is not None else []
    return [*own, *queries.addable(lead)]


def _told(contact: Contact) -> str:
    return f"{contact} · {contact.title}" if contact.title else str(contact)
