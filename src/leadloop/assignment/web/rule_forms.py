"""The forms of a rule and of what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from leadloop.assignment.rules import EXPERIENCE, SHARES, WHEN_FULL
from leadloop.foundation.messages import Message
from leadloop.leads.models import Channel, Lead
from leadloop.people.models import Team
from leadloop.people.queries import sellers

_BETWEEN = re.compile(r"[,;，；、\n]+")
SAMPLE = 2_000
OFTEN = 6


def words(table: Mapping[str, Message]) -> list[tuple[str, str]]:
    return [(key, str(text.render(gettext))) for key, text in table.items()]


class Words(forms.CharField):
    """Several values in one line: “华东、华南”."""

    def __init__(self, label: Any, field: str) -> None:
        super().__init__(label=label, required=False, max_length=2_000)
        self.column = field

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return list(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list | tuple) else value

    def validate(self, value: Any) -> None:
        return

    def run_validators(self, value: Any) -> None:
        if len(value) > 200:
            raise forms.ValidationError(gettext("At most 200 values."))


class RuleForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a rule or a pool", "Name"), max_length=120, required=False)
    region = Words(gettext_lazy("Region is"), "region")
    industry = Words(gettext_lazy("Industry is"), "industry")
    size = Words(gettext_lazy("Company size is"), "size")
    channel = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Channel is, or is below"), queryset=Channel.objects.all(), required=False
    )
    grade = forms.MultipleChoiceField(
        label=gettext_lazy("Grade is"), choices=[(one, one) for one in "ABC"], required=False
    )
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("To representatives of the teams"), queryset=Team.objects.all(), required=False
    )
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("And to these people"),
        queryset=sellers(),
        required=False,
        help_text=gettext_lazy("Neither teams nor people: every representative."),
    )
    share = forms.ChoiceField(label=gettext_lazy("Next is who has"))
    experience = forms.ChoiceField(label=gettext_lazy("Industry experience"), required=False)
    quota_leads = forms.IntegerField(
        label=gettext_lazy("At most so many leads a person"), min_value=1, max_value=100_000, required=False
    )
    quota_days = forms.IntegerField(
        label=gettext_lazy("in so many days"),
        min_value=1,
        max_value=366,
        required=False,
        help_text=gettext_lazy("1 is today."),
    )
    when_full = forms.ChoiceField(label=gettext_lazy("When nobody is free"))
    to_pool = forms.BooleanField(
        label=gettext_lazy("Into the pool instead, for everybody to claim"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, table in (("share", SHARES), ("experience", EXPERIENCE), ("when_full", WHEN_FULL)):
            self.fields[name].choices = words(table)  # type: ignore[attr-defined]
        for name in ("channel", "grade", "teams", "people"):
            self.fields[name].widget.attrs["data-pick"] = ""
        often = _often(("region", "industry", "size"))
        for name, found in often.items():
            if found:
                self.fields[name].help_text = gettext("Often: %(values)s") % {"values": "、".join(found)}

    def as_rule(self, key: str) -> dict[str, Any]:
        data = self.cleaned_data
        when: dict[str, list[str]] = {
            name: data[name] for name in ("region", "industry", "size") if data[name]
        }
        if data["channel"]:
            when["channel"] = [str(one.pk) for one in data["channel"]]
        if data["grade"]:
            when["grade"] = list(data["grade"])
        rule: dict[str, Any] = {
            "key": key,
            "name": " ".join(data["name"].split()),
            "when": when,
            "people": [one.pk for one in data["people"]],
            "teams": [one.pk for one in data["teams"]],
            "share": data["share"],
            "when_full": data["when_full"],
        }
        if data["experience"]:
            rule["experience"] = data["experience"]
        if data["quota_leads"]:
            rule["quota"] = {"leads": data["quota_leads"], "days": data["quota_days"] or 1}
        if data["to_pool"]:
            rule["to_pool"] = True
        return rule


def initial_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a form about a rule starts with; what the rule cannot say is left empty."""
    when, quota = rule.get("when"), rule.get("quota")
    found: dict[str, Any] = dict(when) if isinstance(when, Mapping) else {}
    found |= {
        name: rule.get(name)
        for name in ("name", "people", "teams", "share", "experience", "when_full", "to_pool")
    }
    if isinstance(quota, Mapping):
        found |= {"quota_leads": quota.get("leads"), "quota_days": quota.get("days")}
    return {name: value for name, value in found.items() if value}


def _often(fields: Iterable[str]) -> dict[str, list[str]]:
    """The values that the newest leads have most often."""
    newest = Lead.objects.order_by("-captured_at", "-pk").values(*fields)[:SAMPLE]
    counts: dict[str, dict[str, int]] = {name: {} for name in fields}
    for row in newest:
        for name, value in row.items():
            if value:
                counts[name][value] = counts[name].get(value, 0) + 1
    return {name: sorted(found, key=lambda value: -found[value])[:OFTEN] for name, found in counts.items()}


class GeneralForm(forms.Form):
    """What holds for every rule."""

    open_leads_per_person = forms.IntegerField(
        label=gettext_lazy("Open leads a person, at most"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("0 is no cap. A person may have an own one."),
    )
    otherwise = forms.ChoiceField(
        label=gettext_lazy("Leads that no rule fits"),
        choices=[
            ("everybody", gettext_lazy("among every representative")),
            ("pool", gettext_lazy("into the pool")),
        ],
    )
    then = forms.ChoiceField(label=gettext_lazy("and then to who has"))
    customer_stays_with_owner = forms.BooleanField(
        label=gettext_lazy("New leads of a customer go to the customer's owner"), required=False
    )
    skip_absent = forms.BooleanField(label=gettext_lazy("Nobody who is away gets leads"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["then"].choices = words(SHARES)  # type: ignore[attr-defined]
