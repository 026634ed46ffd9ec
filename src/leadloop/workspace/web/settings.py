"""The page behind “Settings”."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from leadloop.foundation.ui.pages import show
from leadloop.workspace.settings import Group, groups_for


@dataclass(frozen=True, slots=True)
class SettingsPage:
    groups: tuple[Group, ...]


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    return show(request, "workspace/settings.html", SettingsPage(groups_for(request.user)))
