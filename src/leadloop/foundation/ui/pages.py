"""Pages with a declared context: one frozen dataclass a page, and nothing else reaches the template."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DIALOG = "dialog-body"
"""Id of the element into which a form opened by htmx is put."""


def context_of(page: DataclassInstance) -> dict[str, Any]:
    assert is_dataclass(page)
    return {field.name: getattr(page, field.name) for field in fields(page)}


def show(request: HttpRequest, template: str, page: DataclassInstance, *, status: int = 200) -> HttpResponse:
    return render(request, template, context_of(page), status=status)


def in_dialog(request: HttpRequest) -> bool:
    """Whether the answer goes into the dialog of the page that asked, not into a page of its own."""
    return request.headers.get("HX-Target", "").endswith(f"#{DIALOG}")


def part_for(request: HttpRequest, element: str) -> bool:
    """Whether only the element with this id is asked for."""
    return request.headers.get("HX-Target", "").endswith(f"#{element}")


def leave(request: HttpRequest, address: str) -> HttpResponse:
    """Go on to ``address`` after a form was accepted, from a dialog as from a page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
