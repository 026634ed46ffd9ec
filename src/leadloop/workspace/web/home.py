"""Today: what needs the reader now, and the month so far."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import show
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of
from leadloop.workspace import today


@dataclass(frozen=True, slots=True)
class HomePage:
    greeting: str
    scope: str
    """Whose leads these are, in words."""
    untouched: today.Section
    lingering: today.Section
    fresh: today.Section
    warnings: today.Warnings
    figures: today.Figures
    empty: bool
    with_leads: bool
    show_owner: bool
    may_register: bool
    may_log: bool
    may_import: bool
    may_manage: bool
    sells: bool
    """Takes part in assignment, and so may be away."""


@login_required
def home(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    moment, leads = now(), today.responsible_for(user)
    figures = today.figures(leads, moment)
    page = HomePage(
        greeting=_greeting(user),
        scope=_scope(user),
        untouched=today.untouched(leads, moment),
        lingering=today.lingering(leads, moment),
        fresh=today.fresh(leads, moment),
        warnings=today.warnings(user, leads, moment),
        figures=figures,
        empty=not (figures.open or figures.won or figures.lost),
        with_leads=may(user, "leads"),
        show_owner=Role.REP not in roles_of(user),
        may_register=may(user, "register"),
        may_log=may(user, "work"),
        may_import=may(user, "import"),
        may_manage=may(user, "manage_people"),
        sells=may(user, "claim"),
    )
    return show(request, "workspace/home.html", page)


def _greeting(user: User) -> str:
    hour, name = timezone.localtime().hour, {"name": str(user)}
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % name
    return _("Good afternoon, %(name)s") % name if 12 <= hour < 18 else _("Good evening, %(name)s") % name


def _scope(user: User) -> str:
    roles = roles_of(user)
    if Role.MANAGER in roles:
        return _("my teams")
    return _("my leads") if Role.REP in roles else _("all teams")
