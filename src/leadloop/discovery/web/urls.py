from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.discovery.web import panel, policy_page, scripts

app_name = "discovery"
urlpatterns: list[URLPattern] = [
    path("policy/", policy_page.policy, name="policy"),
    path("answers/<int:pk>/", panel.revise, name="revise"),
    path("answers/<int:pk>/remove/", panel.remove, name="remove"),
    path("answers/<int:pk>/restore/", panel.restore, name="restore"),
    path("leads/<path:number>/scripts/", scripts.panel, name="scripts"),
    path("leads/<path:number>/scripts/<int:pk>/used/", scripts.used, name="used"),
    path("leads/<path:number>/", panel.panel, name="panel"),
]
