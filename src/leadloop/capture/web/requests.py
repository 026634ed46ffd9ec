"""Requests to share a record: those of colleagues, and one's own with what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.capture import operations, queries
from leadloop.capture.models import ShareRequest
from leadloop.capture.permissions import answers_for
from leadloop.foundation.clock import now
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import show
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class RequestsPage:
    waiting: tuple[ShareRequest, ...]
    mine: tuple[ShareRequest, ...]


@login_required
def requests(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    page = RequestsPage(tuple(queries.requests_to_answer(user)[:100]), tuple(queries.requests_of(user)))
    return show(request, "capture/requests.html", page)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    asked = queries.share_request(pk)
    if not answers_for(user, asked.lead):
        raise NotFound(msg("There is no such request."))
    share = "share" in request.POST
    operations.answer_request(
        request=asked, share=share, actor=user, now=now(), answer=request.POST.get("answer", "")
    )
    messages.success(request, _("Shared.") if share else _("Declined."))
    return redirect("capture:requests")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
