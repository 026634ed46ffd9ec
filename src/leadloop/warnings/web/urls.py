from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.warnings.web import answers, pages, policy_page

app_name = "warnings"
urlpatterns: list[URLPattern] = [
    path("", pages.warning_list, name="list"),
    path("over/", pages.over, name="over"),
    path("precision/", pages.precision, name="precision"),
    path("rules/", policy_page.policy, name="policy"),
    path("<int:pk>/act/", answers.act, name="act"),
    path("<int:pk>/snooze/", answers.snooze, name="snooze"),
    path("<int:pk>/judge/", answers.judge, name="judge"),
]
