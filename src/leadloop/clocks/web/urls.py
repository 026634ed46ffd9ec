from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.clocks.web import pages

app_name = "clocks"
urlpatterns: list[URLPattern] = [
    path("", pages.calendars, name="calendars"),
    path("new/", pages.edit, name="calendar_new"),
    path("default/", pages.edit_default, name="calendar_default"),
    path("<int:calendar_id>/", pages.edit, name="calendar"),
    path("<int:calendar_id>/remove/", pages.remove, name="calendar_remove"),
]
