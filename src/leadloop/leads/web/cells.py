"""One cell of the list, edited where it stands. What somebody else changed meanwhile is told, not lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from leadloop.foundation.clock import now
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE
from leadloop.foundation.ui.markup import escaped
from leadloop.foundation.ui.pages import show
from leadloop.leads import operations, queries, rules
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations.swap import check_seen
from leadloop.leads.permissions import require
from leadloop.leads.web import columns
from leadloop.people.models import User
from leadloop.people.queries import assignable

TEXTS = ("industry", "size", "region", "source_detail", "campaign")


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind`` is that of the control; ``column`` shows the value afterwards."""

    kind: str
    column: str
    value: Callable[[Lead], str]
    write: Callable[[Lead, str, User], object]
    choices: Callable[[User], list[tuple[str, str]]] = lambda user: []
    verb: Verb = Verb.EDIT


@dataclass(frozen=True, slots=True)
class CellPage:
    kind: str
    title: str
    url: str
    value: str
    choices: tuple[tuple[str, str], ...]
    seen: str
    error: str


def _edit(name: str, read: Callable[[str], Any] = str) -> Callable[[Lead, str, User], object]:
    def write(lead: Lead, text: str, user: User) -> object:
        return operations.edit_lead(lead=lead, changes={name: read(text)}, actor=user, now=now())

    return write


def _money(text: str) -> Decimal | None:
    text = text.strip().replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise DataError(msg("“%(text)s” is not an amount.", text=text[:40])) from None


def _grade(text: str) -> str:
    rules.check_grade(text)
    return text


def _give_grade(lead: Lead, text: str, user: User) -> object:
    reason = gettext("Changed in the list")
    return operations.give_grade(lead=lead, grade=_grade(text), reason=reason, actor=user, now=now())


def _channel(text: str) -> Channel | None:
    if not text:
        return None
    found = Channel.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() else None
    if found is None:
        raise DataError(msg("Choose a channel from the list."))
    return found


def _tags(text: str) -> list[str]:
    return [name.strip() for name in text.replace("，", ",").replace("、", ",").split(",") if name.strip()]


def _assign(lead: Lead, text: str, user: User) -> object:
    owner = User.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() else None
    if owner is None:
        raise DataError(msg("Choose an owner from the list."))
    return operations.assign_lead(lead=lead, owner=owner, actor=user, now=now())


def _owners(user: User) -> list[tuple[str, str]]:
    return [(str(person.pk), str(person)) for person in assignable(user)]


def _channels(user: User) -> list[tuple[str, str]]:
    return [("", "—"), *((str(channel.pk), channel.name) for channel in Channel.objects.all())]


def _expected(lead: Lead) -> str:
    return "" if lead.expected_amount is None else f"{lead.expected_amount:f}".removesuffix(".00")


def _plain(name: str) -> Callable[[Lead], str]:
    return lambda lead: str(getattr(lead, name) or "")


CELLS: Mapping[str, Cell] = MappingProxyType(
    {
        "owner": Cell("select", "owner", _plain("owner_id"), _assign, _owners, Verb.ASSIGN),
        "grade": Cell(
            "select", "grade", _plain("grade"), _give_grade,
            lambda user: [("", "—"), *((grade, grade) for grade in rules.GRADES)],
        ),
        "channel": Cell("select", "channel", _plain("channel_id"), _edit("channel", _channel), _channels),
        "expected_amount": Cell(
            "number", "expected", _expected,
            _edit("expected_amount", _money),
        ),
        "tags": Cell(
            "text", "tags", lambda lead: ", ".join(tag.name for tag in lead.tags.all()), _edit("tags", _tags)
        ),
        **{name: Cell("text", name, _plain(name), _edit(name)) for name in TEXTS},
    }
)  # fmt: skip


@login_required
def cell(request: HttpRequest, pk: int, cell: str) -> HttpResponse:
    """GET: the editor, or with ``show`` the cell as it is. POST: write, and the cell as it is then."""
    user = request.user
    assert isinstance(user, User)
    lead = queries.visible(user).filter(pk=pk).first()
    if lead is None or cell not in CELLS:
        raise NotFound(msg("There is no such lead."))
    wanted = CELLS[cell]
    if "show" in request.GET:
        return _shown(lead, wanted)
    require(user, wanted.verb, lead)
    if request.method != "POST":
        return _editor(request, lead, cell, wanted.value(lead))
    given = request.POST.get("value", "")[:2_000]
    try:
        _check_seen(lead, request.POST.get("seen", ""))
        if given.strip() != wanted.value(lead):
            wanted.write(lead, given, user)
    except LeadloopError as error:
        fresh = queries.visible(user).filter(pk=pk).first()
        if fresh is None:
            raise
        return _editor(request, fresh, cell, given, error)
    return _shown(lead, wanted)


def _check_seen(lead: Lead, seen: str) -> None:
    try:
        moment = datetime.fromisoformat(seen)
    except ValueError:
        raise DataError(msg("The form is incomplete. Reload the page.")) from None
    check_seen(lead, moment)


def _editor(
    request: HttpRequest, lead: Lead, cell: str, value: str, error: LeadloopError | None = None
) -> HttpResponse:
    wanted = CELLS[cell]
    choices = wanted.choices(request.user)  # type: ignore[arg-type]
    page = CellPage(
        kind=wanted.kind,
        title=str(columns.BY_KEY[wanted.column].title),
        url=request.path,
        value=value,
        choices=tuple(choices),
        seen=lead.changed_at.isoformat(),
        error=_told(error, lead, wanted, choices) if error else "",
    )
    return show(request, "leads/cell.html", page, status=UNPROCESSABLE if error else 200)


def _told(error: LeadloopError, lead: Lead, wanted: Cell, choices: list[tuple[str, str]]) -> str:
    """After a conflict also what stands there now; what was typed stays in the control."""
    text = error.message.render(_)
    if not isinstance(error, Conflict):
        return text
    now_there = dict(choices).get(wanted.value(lead), wanted.value(lead)) or "—"
    return f"{text} " + _("It is “%(value)s” now; save once more to replace that.") % {"value": now_there}


def _shown(lead: Lead, wanted: Cell) -> HttpResponse:
    column = columns.BY_KEY[wanted.column]
    rows = Lead.objects.filter(pk=lead.pk).values(*columns.fields_of((column,)))
    (row,) = columns.with_foreign(list(rows), (column,))
    return HttpResponse(escaped(column.show(row)))
