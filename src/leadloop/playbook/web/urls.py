from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.playbook.web import files, reading, writing

app_name = "playbook"
urlpatterns: list[URLPattern] = [
    path("", reading.scripts, name="scripts"),
    path("new/", writing.create, name="new"),
    path("export.toml", files.export, name="export"),
    path("import/", files.take_in, name="import"),
    path("<slug:key>/", reading.script, name="script"),
    path("<slug:key>/versions/<int:number>/", reading.version, name="version"),
    path("<slug:key>/edit/", writing.edit, name="edit"),
    path("<slug:key>/publish/", writing.publish, name="publish"),
    path("<slug:key>/discard/", writing.discard, name="discard"),
    path("<slug:key>/retire/", writing.retire, name="retire"),
    path("<slug:key>/revive/", writing.revive, name="revive"),
]
