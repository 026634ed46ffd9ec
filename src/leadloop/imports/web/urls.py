from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.imports.web import progress, wizard

app_name = "imports"
urlpatterns: list[URLPattern] = [
    path("", progress.import_list, name="list"),
    path("new/", wizard.choose_files, name="new"),
    path("<int:pk>/columns/", wizard.columns, name="columns"),
    path("<int:pk>/preview/", wizard.preview, name="preview"),
    path("<int:pk>/discard/", wizard.discard, name="discard"),
    path("<int:pk>/", progress.detail, name="detail"),
    path("<int:pk>/cancel/", progress.cancel, name="cancel"),
    path("<int:pk>/undo/", progress.undo, name="undo"),
    path("<int:pk>/<slug:outcome>.csv", progress.rows_file, name="rows"),
    path("<int:pk>/mapping.toml", progress.mapping_file, name="mapping"),
]
