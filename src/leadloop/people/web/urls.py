from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.people.web import preferences, settings, sign_in, tokens

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("choose/", preferences.choose, name="choose"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("people/", settings.people, name="people"),
    path("people/new/", settings.new_person, name="new_person"),
    path("people/<int:user_id>/", settings.edit_person, name="person"),
    path("teams/new/", settings.new_team, name="new_team"),
]
