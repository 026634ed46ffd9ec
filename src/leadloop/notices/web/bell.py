"""The bell in the frame of every page: how many notices are unread."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from leadloop.foundation.ui.pages import show
from leadloop.notices.queries import MOST_COUNTED, unread_count


@dataclass(frozen=True, slots=True)
class Bell:
    unread: str
    """Empty when there is nothing new."""
    label: str


@dataclass(frozen=True, slots=True)
class BellPart:
    bell: Bell


def bell(request: HttpRequest) -> dict[str, object]:
    """Context processor. Asked of the database only when a frame is drawn: parts of pages have none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"bell": None}
    return {"bell": SimpleLazyObject(lambda: bell_of(user.pk))}


def bell_of(user_id: int) -> Bell:
    count = unread_count(user_id)
    if not count:
        return Bell("", _("Notices, none unread"))
    text = str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
    label = ngettext("Notices, %(count)s unread", "Notices, %(count)s unread", count) % {"count": text}
    return Bell(text, label)


@login_required
@never_cache
def bell_part(request: HttpRequest) -> HttpResponse:
    """Asked once a minute by pages that are looked at."""
    assert request.user.pk is not None
    return show(request, "notices/bell.html", BellPart(bell_of(request.user.pk)))
