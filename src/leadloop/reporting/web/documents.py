"""The documents that people expect by name, each one click away."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language, gettext

from leadloop.foundation import clock
from leadloop.foundation.errors import NotAllowed, NotFound, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.foundation.spreadsheet import write_xlsx
from leadloop.foundation.ui.pages import show
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.people.queries import owners_for
from leadloop.reporting.documents import registers
from leadloop.reporting.documents.registers import DOCUMENTS, Choice, Document, Reading
from leadloop.store.scopes import named_period

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    title: str
    about: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class DocumentsPage:
    cards: tuple[Card, ...]
    owners: tuple[Option, ...]
    languages: tuple[Option, ...]
    language: str


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    page = DocumentsPage(
        cards=tuple(_card(one) for one in DOCUMENTS.values()),
        owners=tuple(Option(str(one.pk), str(one)) for one in owners_for(user)),
        languages=tuple(Option(code, gettext(str(name))) for code, name in settings.LANGUAGES),
        language=get_language() or settings.LANGUAGE_CODE,
    )
    return show(request, "reporting/documents.html", page)


@login_required
def download(request: HttpRequest, key: str) -> FileResponse:
    user = _reader(request)
    document = DOCUMENTS.get(key)
    if document is None:
        raise NotFound(msg("There is no document “%(name)s”.", name=key))
    reading = Reading(visibility_of(user), clock.now(), user.zone)
    choice = _choice(request, user)
    # Closed by the answer when it was sent; on disk, because it may be large.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    with translation.override(_language(request)):
        write_xlsx(file, [registers.table(document, reading, choice)], zone=user.zone)
        name = str(document.title)
    file.seek(0)
    today = reading.now.date().isoformat()
    return FileResponse(file, as_attachment=True, filename=f"{name} {today}.xlsx", content_type=XLSX)


def _reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may(user, "export"):
        raise NotAllowed(msg("Your role does not include exports."))
    return user


def _card(document: Document) -> Card:
    columns = tuple(str(column.title) for column in document.columns)
    return Card(document.key, str(document.title), str(document.about), columns)


def _choice(request: HttpRequest, user: User) -> Choice:
    owner = request.GET.get("owner", "")
    if owner and not (owner.isascii() and owner.isdigit() and len(owner) < 16):
        raise UsageError(msg("“%(owner)s” is no owner.", owner=owner), field="owner")
    return Choice(
        period=_period(request, user.zone),
        owner=int(owner) if owner else None,
        open_only=request.GET.get("open") == "1",
    )


def _period(request: HttpRequest, zone: str) -> Period | None:
    """From the first day to the last, both included; one alone leaves the other end open."""
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if not first and not last:
        return None
    try:
        start = date.fromisoformat(first) if first else date(1990, 1, 1)
        end = date.fromisoformat(last) + timedelta(days=1) if last else date(2200, 1, 1)
    except (ValueError, OverflowError):
        raise UsageError(msg("Write both days as 2026-06-30."), field="period") from None
    return named_period("period", f"{start}..{end}", zone)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
