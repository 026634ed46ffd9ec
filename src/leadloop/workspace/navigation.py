"""The navigation: what exists and what the role may use, in the order of the working day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from leadloop.people.permissions import may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Place:
    title: StrOrPromise
    icon: str
    view: str
    action: str
    """What the role must allow; empty for everybody who is signed in."""
    prefix: str = ""
    """Addresses that belong to it beside its own."""


@dataclass(frozen=True, slots=True)
class NavItem:
    title: str
    icon: str
    url: str
    active: bool


PLACES = (
    Place(_("Today"), "layout-dashboard", "workspace:home", ""),
    Place(_("Leads"), "users", "leads:list", "leads"),
    Place(_("Pool"), "inbox", "assignment:pool", "pool"),
    Place(_("Pipeline"), "layout-kanban", "leads:pipeline", "leads"),
    Place(_("Customers"), "building", "customers:list", "leads"),
    Place(_("Analysis"), "chart-funnel", "reporting:funnel", "analysis", "/analysis/"),
    Place(_("Playbook"), "bookmark", "playbook:scripts", "playbook"),
    Place(_("Import"), "file-import", "imports:new", "import", "/imports/"),
    Place(_("Settings"), "settings", "workspace:settings", "", "/settings/"),
)


OWN_PLACES = (
    Place(_("My next actions"), "clipboard-list", "actions:own", "work"),
    Place(_("My calendar"), "calendar", "actions:calendar", "work"),
    Place(_("My absences"), "calendar", "assignment:own_absences", "claim"),
)
"""What concerns the reader alone: in the menu under their name."""


def navigation(request: HttpRequest) -> dict[str, tuple[NavItem, ...]]:
    """Context processor: the shell's left side, and what the reader's own menu holds."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": (), "own_places": ()}
    return {
        "navigation": places_for(user, request.path),
        "own_places": places_for(user, request.path, OWN_PLACES),
    }


def places_for(user: object, path: str = "", places: tuple[Place, ...] = PLACES) -> tuple[NavItem, ...]:
    open_to = [place for place in places if not place.action or may(user, place.action)]
    found = [(place, url) for place in open_to if (url := _address(place.view))]
    return tuple(
        NavItem(str(place.title), place.icon, url, _is_active(path, place, url)) for place, url in found
    )


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def _is_active(path: str, place: Place, url: str) -> bool:
    if url == "/":
        return path == "/"
    return path.startswith(place.prefix or url)
