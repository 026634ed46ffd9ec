"""What is done with actions by one press."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leadloop.actions import operations, queries
from leadloop.actions.models import NextAction, Shift
from leadloop.actions.operations import Moved
from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import leave
from leadloop.people.models import User


@login_required
@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    action = queries.get(user_of(request), pk)
    following = operations.do(action=action, actor=user_of(request), now=now())
    messages.success(request, done_words(action, following))
    return leave(request, back(request))


@login_required
@require_POST
def move_back(request: HttpRequest, pk: int) -> HttpResponse:
    shift = get_object_or_404(Shift, pk=pk, by=user_of(request))
    count = operations.move_back(shift=shift, actor=user_of(request), now=now())
    words = ngettext("%(count)s action is where it was.", "%(count)s actions are where they were.", count)
    messages.success(request, words % {"count": count})
    return leave(request, back(request))


def done_words(action: NextAction, following: NextAction | None) -> str:
    said = _("Done: %(what)s.") % {"what": action}
    if following is None:
        return said
    day = date_format(following.due_on, "MONTH_DAY_FORMAT")
    return _("%(said)s The next time is %(day)s.") % {"said": said, "day": day}


_UNDO = '{} <button class="btn btn-sm" type="button" data-hx-post="{}" data-hx-swap="none">{}</button>'


def _undo(shift: Shift) -> str:
    return reverse("actions:move_back", args=[shift.pk])


def tell_moved(request: HttpRequest, moved: Moved) -> None:
    """With a way back; what could not be moved is named with the reason."""
    if moved.shift is not None:
        words = ngettext("%(count)s action moved.", "%(count)s actions moved.", moved.done)
        said = words % {"count": moved.done}
        messages.success(request, format_html(_UNDO, said, _undo(moved.shift), _("Undo")))
    for action, why in moved.refused[:3]:
        messages.warning(request, f"{action.lead.customer.name}: {why.render(_)}")
    if (more := len(moved.refused) - 3) > 0:
        messages.warning(request, _("%(count)s more could not be moved.") % {"count": more})


def back(request: HttpRequest) -> str:
    details: Any = getattr(request, "htmx", None)
    return (details.current_url_abs_path if details else None) or reverse("actions:own")


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
