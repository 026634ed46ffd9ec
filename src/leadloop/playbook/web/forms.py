"""The form of a script, and of a file with many."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leadloop.playbook.facts import ScriptFacts
from leadloop.playbook.models import Language, Part, Purpose, ScriptVersion
from leadloop.playbook.queries import stage_names
from leadloop.playbook.queries.finding import industries
from leadloop.playbook.rules import GRADES, LENGTHS, words_of
from leadloop.playbook.web.shown import own_language

MOST_FILE = 2 * 1024 * 1024


class ScriptForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=LENGTHS["title"])
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose)
    part = forms.ChoiceField(
        label=_("Part of SPIN"),
        choices=[("", "—"), *Part.choices],
        required=False,
        help_text=_("For need discovery: which of the four parts the questions belong to."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    text = forms.CharField(
        label=pgettext_lazy("of a script", "Text"),
        max_length=LENGTHS["text"],
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        help_text=_(
            "[customer], [contact], [me] and [source] are filled in on a lead's page."
            " For need discovery write one question on each line."
        ),
    )
    industry = forms.CharField(
        label=_("Industry"),
        required=False,
        max_length=LENGTHS["industry"],
        widget=forms.TextInput(attrs={"list": "industries", "autocomplete": "off"}),
        help_text=_("One or more words. It fits leads whose industry or process contains one of them."),
    )
    grades = forms.MultipleChoiceField(
        label=_("Grades"),
        required=False,
        choices=[(grade, grade) for grade in GRADES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for every grade."),
    )
    stages = forms.MultipleChoiceField(
        label=_("Stages"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text=_("None chosen: in every stage."),
    )
    note = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=LENGTHS["note"],
        help_text=_("Stands beside the version, for those who used the one before."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, version: ScriptVersion | None = None) -> None:
        super().__init__(data, initial=_initial(version))
        names = stage_names()
        kept = [] if version is None else [key for key in words_of(version.stages) if key not in names]
        self.fields["stages"].choices = [  # type: ignore[attr-defined]
            *names.items(),
            *((key, key) for key in kept),
        ]
        self.industries = [word for text in industries() for word in words_of(text)]

    def facts(self) -> ScriptFacts:
        data = self.cleaned_data
        return ScriptFacts(
            purpose=data["purpose"],
            part=data["part"],
            title=data["title"],
            text=data["text"],
            language=data["language"],
            industry=data["industry"],
            grades="".join(data["grades"]),
            stages=",".join(data["stages"]),
            note=data["note"],
        )


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
        help_text=_("A TOML file, as the export writes it."),
    )


def _initial(version: ScriptVersion | None) -> dict[str, Any]:
    if version is None:
        return {"language": own_language(), "purpose": Purpose.OPENING}
    return {
        "title": version.title,
        "purpose": version.purpose,
        "part": version.part,
        "language": version.language,
        "text": version.text,
        "industry": version.industry,
        "grades": list(version.grades),
        "stages": words_of(version.stages),
        "note": "" if version.published_at else version.note,
        "seen": "" if version.published_at else version.at.isoformat(),
    }
