"""One click: an owner is asked about what is late."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.clocks import operations
from leadloop.foundation.clock import now
from leadloop.foundation.ui.errors import note
from leadloop.leads import queries
from leadloop.people.models import User


@login_required
@require_POST
def lead(request: HttpRequest, number: str) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = queries.get(request.user, number)
    made = operations.nudge(lead=asked, actor=request.user, now=now())
    return _told(request, made.person, reverse("leads:detail", args=[number]))


@login_required
@require_POST
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = get_object_or_404(User, pk=person_id)
    operations.nudge_person(person=asked, actor=request.user, now=now())
    return _told(request, asked, reverse("workspace:home"))


def _told(request: HttpRequest, person: User, back: str) -> HttpResponse:
    text = _("%(owner)s has been told.") % {"owner": person}
    if request.headers.get("HX-Request"):
        return note(text, status=200, kind="success", also=("today-changed",))
    messages.success(request, text)
    return redirect(back)
