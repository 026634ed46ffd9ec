"""The two dialogs of the lead list: what to filter by, and which columns to show in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.foundation.ui.forms import dress
from leadloop.foundation.ui.pages import in_dialog, show
from leadloop.leads import queries
from leadloop.leads.models import SHOWN, Channel, Tag, Validity
from leadloop.leads.web import builder, columns
from leadloop.leads.web.filters import BOARD_FILTERS, BY_KEY, NO_VALUE, Dimension, ListQuery
from leadloop.people.queries import owners_for, teams_for
from leadloop.process.models import LossReason
from leadloop.process.queries import stages_by_process

SAMPLE = 5_000
"""Free texts are offered as they occur in the newest leads; more would only be slower."""
OFFERED = 300
FREE_TEXTS = ("industry", "size", "region")

Choices = list[tuple[str, Any]]


class FilterForm(forms.Form):
    captured_from = forms.DateField(
        label=gettext_lazy("Captured from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    captured_to = forms.DateField(
        label=gettext_lazy("Captured until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, user: Any, question: ListQuery, offered: tuple[str, ...]) -> None:
        super().__init__(initial=dict(question.values))
        texts = _occurring(user)
        for dimension in (BY_KEY[key] for key in offered):
            self.fields[dimension.key] = forms.MultipleChoiceField(
                label=dimension.title,
                choices=_choices(user, dimension, texts),
                required=False,
                widget=forms.SelectMultiple(attrs={"data-pick": "", "placeholder": _("any")}),
            )
        if len(offered) < len(BY_KEY):
            del self.fields["captured_from"], self.fields["captured_to"]
        self.order_fields(list(offered))


@dataclass(frozen=True, slots=True)
class FiltersPage:
    form: FilterForm
    keep: tuple[tuple[str, str], ...]
    action: str
    """The page that is filtered: the list or the board."""
    clear: str
    builder: dict[str, Any] | None
    """What builder.js makes conditions of; nothing for the board."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    key: str
    title: str
    shown: bool


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    choices: tuple[ColumnChoice, ...]
    keep: tuple[tuple[str, str], ...]
    standard: str


@login_required
def filters(request: HttpRequest) -> HttpResponse:
    question = ListQuery.read(request.GET)
    board, process = "board" in request.GET, request.GET.get("process", "")
    form = FilterForm(request.user, question, BOARD_FILTERS if board else tuple(BY_KEY))
    dress(form)
    page = FiltersPage(
        form=form,
        keep=_keep(question, {*form.fields, "captured", "page", *(() if board else ("f",))})
        + ((("process", process),) if process else ()),
        action=reverse("leads:pipeline" if board else "leads:list"),
        clear=_with(question.address(values={}, captured="", text="", tree=None), process),
        builder=None if board else builder.spec(question.tree, lambda key: _offered(request.user, key)),
    )
    return show(request, _template(request, "filters"), page)


@login_required
def choose_columns(request: HttpRequest) -> HttpResponse:
    question = ListQuery.read(request.GET)
    shown = columns.chosen(question.columns)
    others = [column for column in columns.COLUMNS if column not in shown]
    page = ColumnsPage(
        choices=tuple(ColumnChoice(c.key, str(c.title), c in shown) for c in [*shown, *others]),
        keep=_keep(question, {"columns"}),
        standard=question.address(columns=columns.DEFAULT),
    )
    return show(request, _template(request, "columns"), page)


def _process_pair(process: str) -> tuple[tuple[str, str], ...]:
    return (("process", process),) if process else ()


def _with(address: str, process: str) -> str:
    return f"{address}&{urlencode({'process': process})}" if process else address


def _template(request: HttpRequest, name: str) -> str:
    return f"leads/{name}_dialog.html" if in_dialog(request) else f"leads/{name}_page.html"


def _keep(question: ListQuery, replaced: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in question.parameters() if pair[0] not in replaced)


def _choices(user: Any, dimension: Dimension, texts: Mapping[str, list[str]]) -> Choices:
    nothing = [(NO_VALUE, dimension.empty)] if dimension.empty else []
    if dimension.key in texts:
        return [*nothing, *((text, text) for text in texts[dimension.key])]
    return [*nothing, *_values(user, dimension.key)]


def _values(user: Any, key: str) -> Choices:
    if key == "state":
        return [(state.value, state.label) for state in SHOWN]
    if key == "owner":
        return [(str(person.pk), str(person)) for person in owners_for(user)]
    if key == "team":
        return [(str(team.pk), team.name) for team in teams_for(user)]
    if key == "channel":
        return [(str(channel.pk), channel.name) for channel in Channel.objects.all()]
    if key == "stage":
        return [
            (process.name, [(stage.key, stage.name) for stage in stages])
            for process, stages in stages_by_process().items()
        ]
    return [(grade, grade) for grade in "ABC"]


def _offered(user: Any, key: str) -> Choices:
    if key == "tags":
        return [(tag.name, tag.name) for tag in Tag.objects.all()[:OFFERED]]
    if key == "reason":
        return [(str(reason.pk), reason.name) for reason in LossReason.objects.all()]
    if key == "validity":
        return list(Validity.choices)
    if key == "discovery":
        return [(value, str(title)) for value, title in columns.DISCOVERED.items()]
    if key == "temperature":
        return list(columns.TEMPERATURES.items())
    return [(str(value), label) for value, label in _flat(_values(user, key))]


def _flat(choices: Choices) -> Choices:
    """Without groups; a key that stands in several of them once."""
    found: dict[str, Any] = {}
    for value, label in choices:
        found |= dict(label) if isinstance(label, list) else {value: label}
    return list(found.items())


def _occurring(user: Any) -> dict[str, list[str]]:
    """The texts in use, by field."""
    newest = queries.visible(user).order_by("-captured_at", "-id").values_list(*FREE_TEXTS)[:SAMPLE]
    columns = list(zip(*newest, strict=True)) or [()] * len(FREE_TEXTS)
    return {
        name: sorted({text for text in column if text})[:OFFERED]
        for name, column in zip(FREE_TEXTS, columns, strict=True)
    }
