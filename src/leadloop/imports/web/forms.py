"""Forms of the wizard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leadloop.foundation.errors import LeadloopError
from leadloop.imports.options import MATCH_KEYS, Options
from leadloop.process import queries as processes
from leadloop.process.models import Stage

if TYPE_CHECKING:
    from leadloop.intake.result import ColumnUse, StageGuess

NEW_PROCESS = "*new*"
LEFT_OUT = ""
_EITHER = re.compile(r"^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
MATCHES = {
    "number": _("lead number"),
    "credit_code": _("unified social credit code"),
    "email": _("e-mail"),
    "phone": _("phone"),
}


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        if not data:
            return [super().clean(data, initial)]
        return [super(_FilesField, self).clean(file, initial) for file in data]


class FilesForm(forms.Form):
    files = _FilesField(  # type: ignore[assignment]
        label=_("Files"),
        allow_empty_file=True,
        widget=_Files(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"}),
        error_messages={"required": _("Choose a file.")},
    )


class ColumnsForm(forms.Form):
    """One select per column of the files, one per stage of the file, and the process."""

    process = forms.ChoiceField(label=_("Process"))
    new_process = forms.CharField(label=_("Name of the new process"), max_length=120, required=False)

    def __init__(
        self,
        *args: Any,
        columns: Sequence[ColumnUse],
        guesses: Sequence[StageGuess],
        may_make_processes: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        self.guesses = guesses
        known = [(process.key, process.name) for process in processes.processes()]
        offered = [*known, (NEW_PROCESS, gettext("A new process from the stages of the file"))]
        self.process_choices = offered if may_make_processes and guesses else known
        self.fields["process"].choices = self.process_choices  # type: ignore[attr-defined]
        fields = field_choices(guesses)
        for number, use in enumerate(columns):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                choices=fields, required=False, label=use.header
            )
            if _is_ambiguous(use):
                self.fields[f"order-{number}"] = forms.ChoiceField(
                    choices=[("day", _("day first: 31/12/2026")), ("month", _("month first: 12/31/2026"))],
                    required=False,
                    label=gettext("Date form of “%(header)s”") % {"header": use.header},
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("process") == NEW_PROCESS and not data.get("new_process", "").strip():
            self.add_error("new_process", gettext("Name the new process."))
        return data


class OptionsForm(forms.Form):
    """What to do with rows that need a decision."""

    duplicates = forms.ChoiceField(
        label=_("Leads that are already here"),
        widget=forms.RadioSelect,
        choices=[
            ("skip", _("Skip: leave the lead as it is")),
            ("update", _("Update: take what the file says; empty cells change nothing")),
            ("keep", _("Keep both: make a second lead")),
        ],
    )
    match = forms.MultipleChoiceField(
        label=_("Recognise them by"),
        widget=forms.CheckboxSelectMultiple,
        choices=list(MATCHES.items()),
        required=False,
    )
    won_without_amount = forms.ChoiceField(
        label=_("Won, but without an amount"),
        choices=[("reject", _("Reject the row")), ("zero", _("Take the amount as 0"))],
    )
    ownerless = forms.ChoiceField(
        label=_("Open leads for which the file names no owner"),
        widget=forms.RadioSelect,
        choices=[
            ("rules", _("Give them to people by the rules of assignment")),
            ("pool", _("Into the pool: each waits in the pool whose conditions it meets")),
        ],
        required=False,
    )
    create_missing = forms.BooleanField(
        label=_("Add channels, loss reasons, teams and people that are new, as far as your role may"),
        required=False,
    )

    @classmethod
    def showing(cls, options: Options) -> OptionsForm:
        return cls(
            initial={
                "duplicates": options.duplicates,
                "match": list(options.match),
                "won_without_amount": options.won_without_amount,
                "create_missing": options.create_missing,
                "ownerless": options.ownerless,
            }
        )

    def chosen(self, before: Options) -> Options:
        data = self.cleaned_data
        return Options.from_json(
            {
                **before.to_json(),
                "duplicates": data["duplicates"],
                "match": [key for key in MATCH_KEYS if key in data["match"]],
                "won_without_amount": data["won_without_amount"],
                "create_missing": data["create_missing"],
                "ownerless": data["ownerless"] or before.ownerless,
            }
        )


def field_choices(guesses: Sequence[StageGuess]) -> list[tuple[str, Any]]:
    """Not imported, every field, and the time of entering every stage of the file."""
    from leadloop.intake.fields import FIELDS

    own = [
        (field.name, _first_upper(field.title.render(gettext)))
        for field in FIELDS
        if field.document == "leads"
    ]
    stages = [
        (f"stage:{guess.key}", gettext("Time of “%(stage)s”") % {"stage": guess.name}) for guess in guesses
    ]
    choices: list[tuple[str, Any]] = [(LEFT_OUT, gettext("– not imported –")), (gettext("Fields"), own)]
    return [*choices, (gettext("Stages"), stages)] if stages else choices


def stage_choices(stages: Sequence[Stage]) -> list[tuple[str, str]]:
    return [(stage.key, stage.name) for stage in stages]


def blame_files(form: FilesForm, error: LeadloopError) -> None:
    form.add_error("files", error.message.render(gettext))


def _is_ambiguous(use: ColumnUse) -> bool:
    """Whether the dates of a column could be read with the day or with the month first."""
    return any(_EITHER.match(example) for example in use.examples)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
