from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.capture.web import builder, check, public, requests, retention

app_name = "capture"
urlpatterns: list[URLPattern] = [
    path("", builder.form_list, name="forms"),
    path("new/", builder.new_form, name="new"),
    path("<int:pk>/", builder.form_page, name="form"),
    path("<int:pk>/edit/", builder.edit_form, name="edit"),
    path("retention/", retention.retention, name="retention"),
    path("check/", check.check, name="check"),
    path("campaigns/", check.campaigns, name="campaigns"),
    path("ask/", check.ask, name="ask"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/", requests.answer, name="answer"),
    path("embed.js", public.embed, name="embed"),
    path("f/<str:key>/", public.public_form, name="public"),
    path("f/<str:key>/form.json", public.definition, name="definition"),
    path("f/<str:key>/thanks/", public.thanks, name="thanks"),
]
