"""What a person was told, by day, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import part_for, show
from leadloop.notices import kinds, operations
from leadloop.notices.models import Notice
from leadloop.notices.queries import get, notices_of, unread_count
from leadloop.notices.wording import words_of
from leadloop.people.models import User
from leadloop.people.permissions import roles_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    icon: str
    title: str
    subject: str
    text: str
    opens: bool
    at: datetime
    clock: str
    unread: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class NoticesPage:
    days: tuple[Day, ...]
    unread: int
    only_unread: bool
    kind: str
    kinds: tuple[tuple[str, tuple[Choice, ...]], ...]
    newest: str
    """What "mark all as read" goes up to."""
    older: str
    later: bool
    """Not the first page."""


@dataclass(frozen=True, slots=True)
class RowPart:
    row: Row


@login_required
@require_safe
@never_cache
def notice_list(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    only_unread, kind = request.GET.get("show") == "unread", request.GET.get("kind", "")
    choices = _choices(user, kind)
    if not any(one.chosen for _group, own in choices for one in own):
        kind = ""
    rows = notices_of(user)
    newest = rows.values_list("pk", flat=True).first()
    if only_unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    before = request.GET.get("before", "")
    if later := (before.isascii() and before.isdecimal() and len(before) < 19):
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    page = NoticesPage(
        days=tuple(_days(found[:PER_PAGE])),
        unread=unread_count(user.pk),
        only_unread=only_unread,
        kind=kind,
        kinds=choices,
        newest=str(newest or 0),
        older=_older(found, only_unread=only_unread, kind=kind),
        later=later,
    )
    return show(request, "notices/list.html", page)


@login_required
@never_cache
def open_record(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the record; whoever opens it has read it."""
    notice = get(_person(request), pk)
    operations.mark_read(notice=notice, now=now())
    return redirect(notice.link or "notices:list")


@login_required
@require_POST
def set_read(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get(_person(request), pk)
    change = operations.mark_unread if "unread" in request.POST else operations.mark_read
    change(notice=notice, now=now())
    if not part_for(request, f"notice-{pk}"):
        return redirect("notices:list")
    answer = show(request, "notices/row.html", RowPart(row_of(notice)))
    answer["HX-Trigger"] = "notices-changed"
    return answer


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    user, up_to = _person(request), request.POST.get("newest", "")
    newest = int(up_to) if up_to.isascii() and up_to.isdecimal() and len(up_to) < 19 else 0
    count = operations.mark_all_read(
        actor=user, now=now(), up_to=newest, kind=request.POST.get("kind", "")[:60]
    )
    text = ngettext("%(count)s notice is read now.", "%(count)s notices are read now.", count)
    messages.success(request, text % {"count": count})
    return redirect("notices:list")


def row_of(notice: Notice) -> Row:
    kind = kinds.kind_of(notice.kind)
    return Row(
        id=str(notice.pk),
        icon=kind.icon,
        title=kind.title.render(_),
        subject=notice.subject,
        text=words_of(notice.message),
        opens=bool(notice.link),
        at=notice.created_at,
        clock=timezone.localtime(notice.created_at).strftime("%H:%M"),
        unread=notice.read_at is None,
        urgent=notice.urgent,
    )


def _days(notices: Sequence[Notice]) -> Iterator[Day]:
    today = timezone.localdate()
    for day, rows in groupby(notices, key=lambda one: timezone.localdate(one.created_at)):
        yield Day(_day(day, today), tuple(row_of(one) for one in rows))


def _day(day: date, today: date) -> str:
    days = (today - day).days
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    return date_format(day, "MONTH_DAY_FORMAT") if day.year == today.year else day.isoformat()


def _choices(user: User, chosen: str) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    own = kinds.for_roles(roles_of(user))
    return tuple(
        (
            group.render(_),
            tuple(Choice(kind.key, kind.title.render(_), kind.key == chosen) for kind in rows),
        )
        for group, rows in groupby(own, key=lambda kind: kind.group)
    )


def _older(found: Sequence[Notice], *, only_unread: bool, kind: str) -> str:
    if len(found) <= PER_PAGE:
        return ""
    values = {"show": "unread" if only_unread else "", "kind": kind, "before": found[PER_PAGE - 1].pk}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('notices:list')}?{query}"


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
