"""The calendar that other programs subscribe to by a secret address, and the page where it is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leadloop.actions import operations
from leadloop.actions.models import Feed, Kind, NextAction
from leadloop.actions.operations.planning import zone_of
from leadloop.actions.queries import open_of
from leadloop.actions.web.doing import user_of
from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import show
from leadloop.people.models import User

if TYPE_CHECKING:
    from icalendar import Calendar, Event

MOST = 1_000
LASTS = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=15)
_HEADERS = {
    "Content-Disposition": 'inline; filename="leadloop.ics"',
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_PRIORITY = {"high": 1, "normal": 5, "low": 9}


@dataclass(frozen=True, slots=True)
class CalendarPage:
    address: str
    """Just made: shown now and never again."""
    made_at: datetime | None
    used_at: datetime | None


@login_required
@never_cache
def settings(request: HttpRequest) -> HttpResponse:
    user, address = user_of(request), ""
    if request.method == "POST":
        token = operations.make_feed(actor=user, now=now())
        # In the answer to the POST itself: it must not wait in a session for the next page.
        address = request.build_absolute_uri(reverse("actions:feed", args=[token]))
    feed = Feed.objects.filter(user=user).first()
    page = CalendarPage(address, feed.created_at if feed else None, feed.last_used_at if feed else None)
    return show(request, "actions/calendar.html", page)


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    operations.revoke_feed(actor=user_of(request))
    messages.success(request, _("The calendar's address is revoked. Programs that know it get nothing more."))
    return redirect(reverse("actions:calendar"))


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """No session and no sign-in: who knows the address reads it. What is not anybody's does not exist."""
    user = operations.use_feed(token, now=now())
    if user is None:
        raise Http404
    language = user.language or translation.get_language()
    with translation.override(language), timezone.override(zone_of(user)):
        actions = list(open_of(user)[:MOST])
        etag = _etag(request, user, actions)
        # Programs ask every few minutes, and mostly nothing has changed: then nothing is written out.
        known = get_conditional_response(request, etag=etag)
        text = b"" if known else calendar_of(user, actions, request.build_absolute_uri).to_ical()
    answer = known or HttpResponse(text, content_type="text/calendar; charset=utf-8")
    for name, value in {**_HEADERS, "ETag": etag}.items():
        answer.headers[name] = value
    return answer


def _etag(request: HttpRequest, user: User, actions: Sequence[NextAction]) -> str:
    """Of everything that stands in the calendar."""
    said = [
        (one.pk, one.sequence, one.changed_at, one.lead.number, one.lead.customer.name, one.lead.stage.name)
        for one in actions
    ]
    whole = repr((request.get_host(), translation.get_language(), user.pk, said))
    return f'"{hashlib.sha256(whole.encode()).hexdigest()[:32]}"'


calendar.login_required = False  # type: ignore[attr-defined]


def calendar_of(user: User, actions: Iterable[NextAction], absolute: Callable[[str], str]) -> Calendar:
    """Open actions of leads that the person sees now."""
    from icalendar import Calendar  # 40 modules that no other page needs

    found = Calendar.new(
        prodid="-//leadloop//next actions//EN",
        name=_("leadloop: next actions"),
        uid=f"actions-{user.pk}@leadloop",
        refresh_interval=ASK_AGAIN,
    )
    found.add("x-published-ttl", f"PT{ASK_AGAIN.seconds // 60}M")
    for action in actions:
        found.add_component(event_of(action, absolute))
    return found


def event_of(action: NextAction, absolute: Callable[[str], str]) -> Event:
    """No name or number of a person: calendars lie on machines of others."""
    from icalendar import Event

    lead, kind = action.lead, str(Kind(action.kind).label)
    start = action.due_at.astimezone(UTC) if action.has_time else action.due_on
    return Event.new(
        uid=f"{action.uid}@leadloop",
        stamp=action.changed_at,
        created=action.created_at,
        last_modified=action.changed_at,
        sequence=action.sequence,
        start=start,
        end=start + (LASTS if action.has_time else timedelta(days=1)),
        summary=" · ".join(part for part in (kind, lead.customer.name, action.title) if part),
        description="\n".join(part for part in (action.title, lead.number, lead.stage.name) if part),
        url=absolute(reverse("leads:detail", args=[lead.number])),
        priority=_PRIORITY[action.priority],
        # A whole day with something to do is not a day on which nobody is free.
        transparency="OPAQUE" if action.has_time else "TRANSPARENT",  # type: ignore[arg-type]
        categories=[kind],
    )
