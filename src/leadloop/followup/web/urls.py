from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.followup.web import files, log, records

app_name = "followup"
urlpatterns: list[URLPattern] = [
    path("leads/<path:number>/follow-ups/new/", log.log, name="log"),
    path("leads/<path:number>/follow-ups/files/", files.upload, name="upload"),
    path("leads/<path:number>/follow-ups/files/<slug:key>/remove/", files.withdraw, name="withdraw"),
    path("follow-ups/<int:pk>/", records.record, name="record"),
    path("follow-ups/<int:pk>/edit/", records.edit, name="edit"),
    path("attachments/<slug:key>/", files.fetch, name="file"),
]
