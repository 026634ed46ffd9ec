"""The wizard: choose files, say what the columns are, look at a sample, start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from leadloop.foundation import clock
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.forms import UNPROCESSABLE, dress
from leadloop.foundation.ui.pages import show
from leadloop.imports import operations
from leadloop.imports.mapping import ColumnChoice, with_columns
from leadloop.imports.models import Import, Status
from leadloop.imports.operations.receiving import MOST_BYTES, MOST_FILES
from leadloop.imports.options import Options
from leadloop.imports.permissions import get, require, visible
from leadloop.imports.reading import open_source, stage_map, version_for
from leadloop.imports.waking import run_import
from leadloop.imports.web.forms import (
    NEW_PROCESS,
    ColumnsForm,
    FilesForm,
    OptionsForm,
    blame_files,
    stage_choices,
)
from leadloop.imports.web.reader import user_of
from leadloop.people.permissions import may
from leadloop.process import queries as processes

if TYPE_CHECKING:
    from leadloop.imports.rehearsal import Preview
    from leadloop.intake.result import ColumnUse, Issue, StageGuess, Understanding

STEPS = ("files", "columns", "preview", "progress")


@dataclass(frozen=True, slots=True)
class FilesPage:
    form: FilesForm
    most_files: int
    most_gigabytes: int
    recent: Sequence[Import]
    step: str = "files"


@dataclass(frozen=True, slots=True)
class ColumnRow:
    use: ColumnUse
    field: forms.BoundField
    order: forms.BoundField | None


@dataclass(frozen=True, slots=True)
class StageRow:
    guess: StageGuess
    name: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    import_: Import
    form: ColumnsForm
    files: Mapping[str, Sequence[ColumnRow]]
    stages: Sequence[StageRow]
    process: str
    """Key of the chosen process, or that of a new one."""
    making: bool
    notes: Sequence[Issue]
    encodings: Mapping[str, str]
    error: str = ""
    step: str = "columns"


@dataclass(frozen=True, slots=True)
class PreviewPage:
    import_: Import
    form: OptionsForm
    preview: Preview
    headings: Sequence[tuple[str, Message]]
    stages: Mapping[str, str]
    error: str = ""
    step: str = "preview"


@login_required
def choose_files(request: HttpRequest) -> HttpResponse:
    require(user_of(request))
    sent = request.method == "POST"
    form = FilesForm(request.POST, request.FILES) if sent else FilesForm()
    if sent and form.is_valid():
        try:
            return redirect("imports:columns", _receive(request, form).pk)
        except LeadloopError as error:
            blame_files(form, error)
    dress(form)
    recent = visible(user_of(request)).exclude(status=Status.DRAFT).select_related("actor")[:5]
    page = FilesPage(form, MOST_FILES, MOST_BYTES // 1024**3, list(recent))
    return show(request, "imports/files.html", page, status=UNPROCESSABLE if form.errors else 200)


def _receive(request: HttpRequest, form: FilesForm) -> Import:
    """Keep the files if they can be read; what cannot be is not kept."""
    files = [(file.name or "file", file.file) for file in form.cleaned_data["files"]]
    now = clock.now()
    import_ = operations.receive(files=files, actor=user_of(request), now=now)
    try:
        open_source(import_)
    except LeadloopError:
        operations.discard(import_=import_, actor=user_of(request), now=now)
        raise
    return import_


@login_required
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    import_ = _draft(request, pk)
    if import_ is None:
        return redirect("imports:detail", pk)
    understanding = open_source(import_).understanding
    options = Options.from_json(import_.options)
    form = _columns_form(request, understanding, options)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            _keep_columns(request, import_, form, understanding, options)
            return redirect("imports:preview", pk)
        except LeadloopError as refused:
            error = refused.message.render(gettext)
    page = _columns_page(request, import_, form, understanding, options, error)
    refused_now = bool(form.errors or error)
    return show(request, "imports/columns.html", page, status=UNPROCESSABLE if refused_now else 200)


def _columns_form(request: HttpRequest, understanding: Understanding, options: Options) -> ColumnsForm:
    initial: dict[str, Any] = {
        "process": NEW_PROCESS if options.new_process else options.process or processes.default_process().key,
        "new_process": options.new_process,
    }
    entries = _entries(understanding.mapping_toml)
    for number, use in enumerate(understanding.columns):
        initial[f"column-{number}"] = use.field if _is_field(use.field) else ""
        initial[f"order-{number}"] = entries.get((use.file, use.header), "day")
    return ColumnsForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        columns=understanding.columns,
        guesses=understanding.stages,
        may_make_processes=may(user_of(request), "manage_process"),
    )


def _is_field(field: str | None) -> bool:
    from leadloop.intake.fields import BY_NAME

    return bool(field) and (str(field).startswith("stage:") or field in BY_NAME)


def _entries(mapping: str) -> dict[tuple[str, str], str]:
    """Column -> the order of day and month that it is read with."""
    return {
        (entry["name"], header): value.get("order", "day")
        for entry in tomllib.loads(mapping).get("file", ())
        for header, value in entry.get("columns", {}).items()
        if isinstance(value, dict)
    }


def _keep_columns(
    request: HttpRequest,
    import_: Import,
    form: ColumnsForm,
    understanding: Understanding,
    options: Options,
) -> None:
    data, now = form.cleaned_data, clock.now()
    choices = []
    for number, use in enumerate(understanding.columns):
        wanted = data[f"column-{number}"]
        if not wanted and not _is_field(use.field):
            continue
        choices.append(ColumnChoice(use.file, use.header, wanted, data.get(f"order-{number}") or ""))
    mapping = with_columns(understanding.mapping_toml, choices)
    making = data["process"] == NEW_PROCESS
    stages = {
        name.removeprefix("stage-"): value
        for name, value in request.POST.items()
        if name.startswith("stage-") and isinstance(value, str) and value
    }
    chosen = {
        **options.to_json(),
        "process": None if making else data["process"],
        "new_process": data["new_process"].strip() if making else "",
        "stages": {} if making else stages,
    }
    operations.set_mapping(import_=import_, mapping=mapping, actor=user_of(request), now=now)
    operations.set_options(
        import_=import_, options=Options.from_json(chosen), actor=user_of(request), now=now
    )


def _columns_page(
    request: HttpRequest,
    import_: Import,
    form: ColumnsForm,
    understanding: Understanding,
    options: Options,
    error: str,
) -> ColumnsPage:
    dress(form)
    process = str(form["process"].value())
    files: dict[str, list[ColumnRow]] = {}
    for number, use in enumerate(understanding.columns):
        order = form[f"order-{number}"] if f"order-{number}" in form.fields else None
        files.setdefault(use.file, []).append(ColumnRow(use, form[f"column-{number}"], order))
    making = process == NEW_PROCESS
    stages = [] if making else _stage_rows(request, understanding.stages, process, options)
    return ColumnsPage(
        import_, form, files, stages, process, making, understanding.issues, understanding.encodings, error
    )


def _stage_rows(
    request: HttpRequest, guesses: Sequence[StageGuess], process: str, options: Options
) -> list[StageRow]:
    stages = processes.stages(processes.current_version(processes.get(process)))
    chosen = stage_map(guesses, stages, options.stages)
    choices = stage_choices(stages)
    return [
        StageRow(
            guess,
            f"stage-{guess.key}",
            choices,
            str(request.POST.get(f"stage-{guess.key}") or chosen.get(guess.key, "")),
        )
        for guess in guesses
    ]


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    import_ = _draft(request, pk)
    if import_ is None:
        return redirect("imports:detail", pk)
    options = Options.from_json(import_.options)
    form = OptionsForm(request.POST) if request.method == "POST" else OptionsForm.showing(options)
    error = ""
    if request.method == "POST" and form.is_valid():
        options = form.chosen(options)
        try:
            operations.set_options(import_=import_, options=options, actor=user_of(request), now=clock.now())
            if "start" in request.POST:
                return _start(request, import_, options)
        except LeadloopError as refused:
            error = refused.message.render(gettext)
    return _show_preview(request, import_, form, options, error)


def _start(request: HttpRequest, import_: Import, options: Options) -> HttpResponse:
    operations.start(import_=import_, options=options, actor=user_of(request), now=clock.now())
    run_import(import_.pk)
    return redirect("imports:detail", import_.pk)


def _show_preview(
    request: HttpRequest, import_: Import, form: OptionsForm, options: Options, error: str
) -> HttpResponse:
    from leadloop.imports.rehearsal import SHOWN
    from leadloop.imports.rehearsal import preview as rehearse
    from leadloop.intake.fields import BY_NAME

    found = rehearse(import_=import_, options=options, now=clock.now())
    names = _stage_names(open_source(import_).understanding.stages, options)
    names |= {"won": gettext("won"), "lost": gettext("lost")}
    titles = [(name, BY_NAME[name].title) for name in SHOWN if name in found.columns]
    for field in ("won_without_amount",):
        dress_one(form, field)
    page = PreviewPage(import_, form, found, titles, names, error)
    return show(request, "imports/preview.html", page, status=UNPROCESSABLE if error or form.errors else 200)


def _stage_names(guesses: Sequence[StageGuess], options: Options) -> dict[str, str]:
    """What the stages of the file become: stages of the process, or of a new one that keeps their names."""
    names = {guess.key: guess.name for guess in guesses}
    if options.new_process:
        return names
    stages = processes.stages(version_for(options))
    of_process = {stage.key: stage.name for stage in stages}
    entered = stage_map(guesses, stages, options.stages)
    return names | {key: of_process[stage] for key, stage in entered.items()}


def dress_one(form: forms.Form, name: str) -> None:
    form.fields[name].widget.attrs["class"] = "form-select"


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    operations.discard(import_=get(user_of(request), pk), actor=user_of(request), now=clock.now())
    return redirect("imports:new")


def _draft(request: HttpRequest, pk: int) -> Import | None:
    """The import while it can still be decided about; None when it has begun."""
    require(user_of(request))
    import_ = get(user_of(request), pk)
    return import_ if import_.status == Status.DRAFT else None
