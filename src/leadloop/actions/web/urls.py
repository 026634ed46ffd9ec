from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.actions.web import board, doing, feed, forms_pages

app_name = "actions"
urlpatterns: list[URLPattern] = [
    path("actions/", board.own, name="own"),
    path("actions/postpone/", forms_pages.postpone_many, name="postpone_many"),
    path("actions/moves/<int:pk>/undo/", doing.move_back, name="move_back"),
    path("actions/calendar/", feed.settings, name="calendar"),
    path("actions/calendar/revoke/", feed.revoke, name="revoke_calendar"),
    path("actions/<int:pk>/", forms_pages.change, name="change"),
    path("actions/<int:pk>/done/", doing.done, name="done"),
    path("actions/<int:pk>/drop/", forms_pages.drop, name="drop"),
    path("actions/<int:pk>/postpone/", forms_pages.postpone, name="postpone"),
    path("actions/new/<path:number>/", forms_pages.plan, name="plan"),
    path("calendar/<str:token>.ics", feed.calendar, name="feed"),
]
