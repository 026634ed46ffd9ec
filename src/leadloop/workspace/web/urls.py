from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.workspace.web import health, home, search, settings

app_name = "workspace"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("settings/", settings.settings, name="settings"),
    path("healthz", health.healthz, name="healthz"),
]
