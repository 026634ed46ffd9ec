"""Files come in: straight into the data directory, refused as early as that can be known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from leadloop.followup import names, operations
from leadloop.followup.operations.writing import MOST_FILES, check_number
from leadloop.followup.storage import Incoming, Kept
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.errors import ErrorPage, note
from leadloop.foundation.ui.pages import show
from leadloop.leads import queries as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.people.models import User

View = Callable[..., HttpResponse]
TOO_LARGE = 413
BESIDE = 8 * 1024 * 1024
"""Bytes of a form beside its files: texts of 50,000 characters, written as forms write them."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came in: kept, or refused with the reason."""

    name: str
    kept: Kept | None = None
    refusal: Message | None = None


class Receiver(FileUploadHandler):
    """Writes each file to its place while it comes.

    A refused one is not kept and stops nothing else, except that behind one that is too large nothing more
    is read: there is no end of it in sight.
    """

    chunk_size = 64 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.received: list[Received] = []
        self._incoming: Incoming | None = None
        self._name = ""

    @property
    def file(self) -> Incoming:
        """What the parser closes when the connection breaks, if there is anything."""
        if self._incoming is None:
            raise AttributeError("file")
        return self._incoming

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._name, self._incoming = names.plain(self.file_name or ""), None
        with self._refusing():
            check_number(len(self.received) + 1)
            self._incoming = Incoming(self._name)
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._incoming is not None:
            with self._refusing():
                self._incoming.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if self._incoming is None:
            return None
        with self._refusing():
            kept = self._incoming.finish()
            self.received.append(Received(self._name, kept))
        self._incoming = None
        return UploadedFile(file=None, name=self._name, size=file_size)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            self.received.append(Received(self._name, refusal=error.message))
            endless = self._incoming is not None and self._incoming.is_too_large
            self._incoming = None
            if endless:
                raise StopUpload(connection_reset=True) from None


def takes_files(allowed: Callable[..., object]) -> Callable[[View], View]:
    """For a view that files are sent to; it gets them as ``received``, and as ``of`` what they belong to.

    ``allowed`` gives that, or raises for whoever may not send any; this, and too great a size announced, is
    known before anything is read. The check of the form's token reads the form, so it comes after the
    receiver is set.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def receiving(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            of = allowed(request, *args, **kwargs)
            if request.method != "POST":
                return protected(request, *args, of=of, **kwargs)
            if announced(request) > MOST_FILES * int(settings.ATTACHMENT_BYTES) + BESIDE:
                return _too_much(request)
            receiver = Receiver(request)
            request.upload_handlers = [receiver]
            try:
                return protected(request, *args, of=of, received=receiver.received, **kwargs)
            finally:
                operations.forget_unknown([one.kept.key for one in receiver.received if one.kept])

        return receiving

    return decorate


def lead_to_log(request: HttpRequest, number: str) -> Lead:
    """The lead, for whoever may log a follow-up with it."""
    user = request.user
    assert isinstance(user, User)
    lead = leads.get(user, number)
    require(user, Verb.FOLLOW_UP, lead)
    return lead


def announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_much(request: HttpRequest) -> HttpResponse:
    reason = _("That is too much at once: at most %(files)s files of %(most)s MB each.") % {
        "files": MOST_FILES,
        "most": int(settings.ATTACHMENT_BYTES) // 1024**2,
    }
    if request.headers.get("HX-Request"):
        return note(reason, status=TOO_LARGE)
    return show(request, "400.html", ErrorPage(reason=reason), status=TOO_LARGE)
