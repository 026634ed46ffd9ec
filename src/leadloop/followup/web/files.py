"""Files of records: sent up while the form is open, taken off again, and fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leadloop.followup import names, operations, queries, storage
from leadloop.followup.file_types import TYPES
from leadloop.followup.web.shown import FileView, files_of
from leadloop.followup.web.uploads import Received, lead_to_log, takes_files
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import show
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead
from leadloop.people.models import User

NOTHING_RUNS = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class FilesPage:
    number: str
    files: tuple[FileView, ...]
    refusals: tuple[str, ...]


@login_required
@require_POST
@takes_files(lead_to_log)
def upload(request: HttpRequest, number: str, of: Lead, received: Sequence[Received] = ()) -> HttpResponse:
    """The rows of what was kept, and why the rest was not."""
    user = request.user
    assert isinstance(user, User)
    request.POST  # noqa: B018 - reads the form, and by that the files
    kept, refusals = [], []
    for one in received:
        try:
            if one.refusal is not None:
                refusals.append(one.refusal.render(_))
            elif one.kept is not None:
                kept.append(operations.keep_upload(lead=of, kept=one.kept, actor=user, now=now()))
        except LeadloopError as error:
            refusals.append(error.message.render(_))
    page = FilesPage(number, files_of(kept), tuple(refusals))
    return show(request, "followup/files.html", page)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Taken off the form; nothing stands in its place."""
    user = request.user
    assert isinstance(user, User)
    lead: Lead = leads.get(user, number)
    operations.withdraw_upload(lead=lead, key=key, actor=user)
    return HttpResponse("")


@login_required
@require_GET
def fetch(request: HttpRequest, key: str) -> HttpResponseBase:
    """Always to be saved, never shown by the browser: nothing in a file runs under this address."""
    user = request.user
    assert isinstance(user, User)
    found = queries.attachment_of(user, key)
    try:
        stream = storage.path_of(found.key).open("rb")
    except OSError:
        raise NotFound(msg("This file is not there any more.")) from None
    kind = TYPES.get(found.kind)
    answer = FileResponse(
        stream,
        as_attachment=True,
        filename=names.plain(found.name),
        content_type="application/octet-stream" if kind is None else kind.mime,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
