"""Forms look and fail the same everywhere: on a page of their own, and in the dialog of another page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext

from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.pages import in_dialog, show

UNPROCESSABLE = 422
DJANGOS_DASHES = "---------"


@dataclass(frozen=True, slots=True)
class FormPage:
    title: str
    form: forms.Form
    submit: str
    back: str
    """Where giving up leads."""
    text: str = ""
    danger: bool = False


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent with the form; None when it is only opened. An empty form is sent, too."""
    return request.POST if request.method == "POST" else None


def show_form(request: HttpRequest, page: FormPage) -> HttpResponse:
    """The form with its errors; 422 when it was refused, so that a program can tell, too."""
    dress(page.form)
    template = "ui/form_dialog.html" if in_dialog(request) else "ui/form_page.html"
    return show(request, template, page, status=UNPROCESSABLE if page.form.errors else 200)


def blame(form: forms.Form, error: LeadloopError) -> None:
    """Show an error of an operation at the field it is about, else above the form."""
    # What a person writes about a step is a note to the operations; some forms call it a reason.
    names = (error.field, "reason" if error.field == "note" else None)
    field = next((name for name in names if name in form.fields), None)
    form.add_error(field, error.message.render(gettext))


def dress(form: forms.Form) -> None:
    """The style sheet's classes on every widget, and the marks of a refused one."""
    for bound in form:
        widget = bound.field.widget
        if getattr(bound.field, "empty_label", None) == DJANGOS_DASHES:
            bound.field.empty_label = "—"  # type: ignore[attr-defined]
        classes = {_class_of(widget)}
        if form.is_bound and bound.errors:
            classes.add("is-invalid")
            widget.attrs["aria-invalid"] = "true"
            widget.attrs["aria-describedby"] = f"{bound.id_for_label}_error"
        existing = set(str(widget.attrs.get("class", "")).split())
        widget.attrs["class"] = " ".join(sorted(existing | classes))


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class NarrowedSelect(forms.Select):
    """Options that belong to a value of another select; app.js shows those that fit (``data-narrows``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.belongs_to: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if owner := self.belongs_to.get(str(value)):
            option["attrs"]["data-of"] = owner
        return option

    def narrow(self, pairs: Iterable[tuple[object, object]]) -> None:
        """``pairs`` of (option, value of the other select)."""
        self.belongs_to = {str(option): str(owner) for option, owner in pairs}
