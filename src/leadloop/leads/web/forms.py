"""The forms of a lead. They read what was typed; what is right or wrong is the operations' business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.customers.models import Contact
from leadloop.foundation.ui.forms import NarrowedSelect
from leadloop.leads import wording
from leadloop.leads.models import Channel, Lead, Validity
from leadloop.leads.operations import LeadFacts
from leadloop.leads.operations.edit import PERSON, SOMEBODY_NEW
from leadloop.leads.rules import INVALID_BECAUSE, moment_on
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.people.queries import assignable
from leadloop.process.models import LossReason, Process, Stage
from leadloop.process.queries import loss_reasons, processes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GRADES = [("", "—"), ("A", "A"), ("B", "B"), ("C", "C")]
CURRENCIES = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP"]
ESSENTIAL = (
    "customer", "person", "contact", "phone", "channel", "source_detail", "campaign", "tags", "first_need",
)  # fmt: skip
"""What the form shows at once, in this order; the rest opens below."""


def _text(label: StrOrPromise, most: int = 200, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def _long(label: StrOrPromise, *, rows: int = 3, required: bool = False, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    field = forms.CharField(label=label, required=required, widget=widget, **kwargs)
    field.validators.append(MaxLengthValidator(10_000))
    return field


def _money(label: StrOrPromise, *, required: bool = False) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": "0"})
    return forms.DecimalField(
        label=label,
        required=required,
        max_digits=16,
        decimal_places=2,
        widget=widget,
        error_messages={"invalid": gettext_lazy("Write the amount in digits, such as 180000.")},
    )


def _moment(label: StrOrPromise, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=False, widget=widget, **kwargs)


def _day(label: StrOrPromise, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **kwargs)


class FactsForm(forms.Form):
    """What registering and editing have in common."""

    customer = _text(
        gettext_lazy("Company"),
        widget=forms.TextInput(attrs={"autofocus": ""}),
        help_text=gettext_lazy("The company or the contact is needed; the rest can wait."),
    )
    contact = _text(gettext_lazy("Contact"), 120)
    phone = _text(gettext_lazy("Phone"), 40, widget=forms.TextInput(attrs={"type": "tel"}))
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"), queryset=Channel.objects.offered(), required=False
    )
    first_need = _long(gettext_lazy("First need"))
    title = _text(gettext_lazy("Position"), 120)
    email = _text(gettext_lazy("E-mail"), 254, widget=forms.TextInput(attrs={"type": "email"}))
    source_detail = _text(gettext_lazy("Source detail"))
    campaign = _text(
        gettext_lazy("Campaign"),
        120,
        widget=forms.TextInput(attrs={"list": "campaigns", "autocomplete": "off"}),
    )
    industry = _text(gettext_lazy("Industry"), 120)
    size = _text(gettext_lazy("Company size"), 120)
    region = _text(gettext_lazy("Region"), 120)
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), choices=GRADES, required=False)
    expected_amount = _money(gettext_lazy("Expected amount"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=[(code, code) for code in CURRENCIES],
        initial="CNY",
        required=False,
    )
    tags = _text(gettext_lazy("Tags"), 400, help_text=gettext_lazy("Separated by commas."))

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or "CNY"

    def clean_tags(self) -> tuple[str, ...]:
        text = self.cleaned_data["tags"].replace("，", ",").replace("、", ",")
        return tuple(tag.strip() for tag in text.split(",") if tag.strip())


class RegisterForm(FactsForm):
    captured_at = _moment(gettext_lazy("Captured at"), help_text=gettext_lazy("Now, when left empty."))
    credit_code = _text(gettext_lazy("Unified social credit code"), 18)
    process = forms.ModelChoiceField(
        label=gettext_lazy("Process"), queryset=Process.objects.none(), required=False
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("It is another need: register it all the same"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        process: Any = self.fields["process"]
        process.queryset = processes()
        process.empty_label = _("the standard process")
        if may(user, "assign"):
            self.fields["owner"] = forms.ModelChoiceField(
                label=_("Owner"),
                queryset=assignable(user),
                required=False,
                empty_label=_("nobody yet: pool"),
                widget=forms.Select(attrs={"data-pick": ""}),
            )

    def facts(self) -> LeadFacts:
        return LeadFacts(**{name: value for name, value in self.cleaned_data.items() if name != "confirmed"})


class EditForm(FactsForm):
    validity = forms.ChoiceField(label=gettext_lazy("Validity"), choices=Validity.choices)
    seen = forms.CharField(widget=forms.HiddenInput)

    person = forms.ChoiceField(
        label=gettext_lazy("Who it is about"),
        required=False,
        help_text=gettext_lazy("Choosing somebody else leaves the present contact as it is."),
    )

    def __init__(self, data: Any, *, lead: Lead, contacts: bool, others: Sequence[Contact] = ()) -> None:
        super().__init__(data, initial=_facts_of(lead))
        self.others = {str(one.pk): one for one in others}
        if not contacts:
            for name in ("contact", "title", "phone", "email"):
                del self.fields[name]
        if lead.contact is None or not contacts:
            del self.fields["person"]
            return
        person: Any = self.fields["person"]
        present = _("%(name)s, details as below") % {"name": lead.contact}
        people = [(pk, _line_of(one)) for pk, one in self.others.items()]
        person.choices = [("", present), *people, (SOMEBODY_NEW, _("somebody new, details as below"))]

    def clean_seen(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            raise forms.ValidationError(_("The form is broken. Open it again.")) from None

    def changes(self) -> Mapping[str, Any]:
        changes = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        chosen = changes.pop("person", "")
        if chosen in self.others:
            # The boxes still hold the details of the contact before.
            changes = {name: value for name, value in changes.items() if name not in PERSON}
            return {**changes, "person": self.others[chosen]}
        return {**changes, "person": SOMEBODY_NEW} if chosen else changes


def _line_of(person: Contact) -> str:
    return " · ".join(part for part in (str(person), person.title, person.phone or person.email) if part)


def _facts_of(lead: Lead) -> dict[str, Any]:
    contact = lead.contact
    names = ("first_need", "source_detail", "campaign", "industry", "size", "region", "grade", "currency")
    return {name: getattr(lead, name) for name in names} | {
        "customer": lead.customer.name,
        "contact": contact.name if contact else "",
        "title": contact.title if contact else "",
        "phone": contact.phone if contact else "",
        "email": contact.email if contact else "",
        "channel": lead.channel_id,
        "expected_amount": lead.expected_amount,
        "validity": lead.validity,
        "tags": ", ".join(tag.name for tag in lead.tags.all()),
        "seen": lead.changed_at.isoformat(),
    }


class LeadForm(forms.Form):
    """A form about one lead, for one person."""

    def __init__(self, *args: Any, lead: Lead, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead, self.user = lead, user
        self.prepare()

    def prepare(self) -> None:
        """Set what depends on the lead or the person."""

    def closing_moment(self, now: datetime) -> datetime | None:
        """The chosen day as a moment; today is now."""
        day: date | None = self.cleaned_data.get("closed_on")
        if day is None:
            return None
        return moment_on(
            day, zone=timezone.get_current_timezone_name(), now=now, not_before=self.lead.stage_since
        )


class AssignForm(LeadForm):
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=User.objects.none(),
        widget=forms.Select(attrs={"data-pick": ""}),
    )
    reason = _long(gettext_lazy("Reason"), rows=2)

    def prepare(self) -> None:
        owner: Any = self.fields["owner"]
        owner.queryset = assignable(self.user)
        owner.initial = self.lead.owner_id


class ReasonForm(LeadForm):
    reason = _long(gettext_lazy("Reason"), rows=3)


class MoveForm(LeadForm):
    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    reason = _long(
        gettext_lazy("Reason"), rows=3, help_text=gettext_lazy("Needed to skip stages or to go back.")
    )

    def prepare(self) -> None:
        self.stages = list(Stage.objects.filter(version=self.lead.version_id, won=False))
        stage: Any = self.fields["stage"]
        stage.choices = [(one.key, one.name) for one in self.stages if one.pk != self.lead.stage_id]

    @property
    def target(self) -> Stage:
        return next(one for one in self.stages if one.key == self.cleaned_data["stage"])


class WinForm(LeadForm):
    amount = _money(gettext_lazy("Amount of the deal"), required=True)
    closed_on = _day(gettext_lazy("Signed on"))
    note = _long(gettext_lazy("Note"), rows=2)

    def prepare(self) -> None:
        self.fields["amount"].initial = self.lead.expected_amount
        self.fields["closed_on"].initial = timezone.localdate()


class LoseForm(LeadForm):
    reason = forms.ModelChoiceField(label=gettext_lazy("Reason"), queryset=LossReason.objects.none())
    second_reason = forms.ModelChoiceField(
        label=gettext_lazy("More exactly"),
        queryset=LossReason.objects.none(),
        required=False,
        widget=NarrowedSelect,
    )
    competitor = _text(gettext_lazy("Competitor"), 120)
    closed_on = _day(gettext_lazy("Lost on"))
    note = _long(gettext_lazy("Note"), rows=2)

    def prepare(self) -> None:
        first = loss_reasons()
        seconds = [second for one in first for second in one.children.all()]
        reason: Any = self.fields["reason"]
        second_reason: Any = self.fields["second_reason"]
        reason.queryset = LossReason.objects.filter(pk__in=[one.pk for one in first])
        second_reason.queryset = LossReason.objects.filter(pk__in=[one.pk for one in seconds])
        reason.widget.attrs["data-narrows"] = "id_second_reason"
        second_reason.widget.narrow((one.pk, one.parent_id) for one in seconds)
        self.fields["closed_on"].initial = timezone.localdate()


class ReopenForm(LeadForm):
    reason = _long(gettext_lazy("Why is it open again?"), required=True)


class InvalidateForm(LeadForm):
    reason = forms.ChoiceField(label=gettext_lazy("Why is it invalid?"))
    note = _long(gettext_lazy("Note"), rows=2)

    def prepare(self) -> None:
        reason: Any = self.fields["reason"]
        reason.choices = [(key, wording.INVALID_BECAUSE[key].render(_)) for key in INVALID_BECAUSE]
