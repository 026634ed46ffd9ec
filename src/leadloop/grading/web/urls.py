from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.grading.web import judging, lists, panel, rules_page

app_name = "grading"
urlpatterns: list[URLPattern] = [
    path("", lists.home, name="home"),
    path("review/", lists.review, name="review"),
    path("list/", lists.grade_list, name="list"),
    path("disagreement/", lists.disagreement, name="disagreement"),
    path("rules/", rules_page.rules, name="rules"),
    path("rules/progress/", rules_page.progress, name="progress"),
    path("leads/<path:number>/accept/", judging.accept, name="accept"),
    path("leads/<path:number>/correct/", judging.correct, name="correct"),
    path("leads/<path:number>/", panel.panel, name="panel"),
]
