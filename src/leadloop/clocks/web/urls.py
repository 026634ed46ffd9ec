from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.clocks.web import nudges, pages

app_name = "clocks"
urlpatterns: list[URLPattern] = [
    path("", pages.calendars, name="calendars"),
    path("nudge/person/<int:person_id>/", nudges.person, name="nudge_person"),
    path("nudge/<path:number>/", nudges.lead, name="nudge"),
    path("new/", pages.edit, name="calendar_new"),
    path("default/", pages.edit_default, name="calendar_default"),
    path("<int:calendar_id>/", pages.edit, name="calendar"),
    path("<int:calendar_id>/remove/", pages.remove, name="calendar_remove"),
]
