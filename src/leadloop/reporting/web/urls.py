from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.reporting.web import documents, views

app_name = "reporting"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("conversion/", views.conversion, name="conversion"),
    path("funnel/", views.funnel, name="funnel"),
    path("newer/", views.newer, name="newer"),
    path("choices/", views.choose, name="choices"),
    path("documents/", documents.overview, name="documents"),
    path("documents/<slug:key>.xlsx", documents.download, name="document"),
    path("<slug:page>.<slug:kind>", views.export, name="export"),
]
