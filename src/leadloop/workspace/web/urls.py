from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.workspace.web import health, home, quality, search, settings

app_name = "workspace"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("follow-up/", quality.quality, name="quality"),
    path("follow-up/<slug:key>/", quality.behind, name="quality_rows"),
    path("search/", search.search, name="search"),
    path("settings/", settings.settings, name="settings"),
    path("healthz", health.healthz, name="healthz"),
]
