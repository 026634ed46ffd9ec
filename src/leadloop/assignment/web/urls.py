from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.assignment.web import answers, conflict_pages, pool, pool_settings, rules_page, team_pages

app_name = "assignment"
urlpatterns: list[URLPattern] = [
    path("pool/", pool.pool, name="pool"),
    path("pool/<int:lead_id>/", pool.peek, name="peek"),
    path("pool/<int:lead_id>/claim/", pool.claim, name="claim"),
    path("assignment/", rules_page.page, name="rules"),
    path("assignment/rules/new/", rules_page.edit, name="rule_new"),
    path("assignment/rules/<int:place>/", rules_page.edit, name="rule"),
    path("assignment/rules/general/", rules_page.general, name="rules_general"),
    path("assignment/rules/change/", rules_page.change, name="rules_change"),
    path("assignment/fairness/", team_pages.who_got_what, name="fairness"),
    path("assignment/given/", team_pages.given, name="given"),
    path("assignment/people/", team_pages.team, name="people"),
    path("assignment/people/<int:person_id>/", team_pages.seller, name="person"),
    path("assignment/people/<int:person_id>/absence/", team_pages.absence, name="absence"),
    path("assignment/people/<int:person_id>/hand-over/", team_pages.hand_over, name="hand_over"),
    path("assignment/absences/", team_pages.own_absences, name="own_absences"),
    path("assignment/absences/<int:absence_id>/end/", team_pages.end_absence, name="end_absence"),
    path("assignment/pools/", pool_settings.page, name="pools"),
    path("assignment/pools/general/", pool_settings.general, name="pools_general"),
    path("assignment/pools/new/", pool_settings.edit, name="pool_new"),
    path("assignment/pools/<int:place>/", pool_settings.edit, name="pool_rules"),
    path("assignment/pools/<int:place>/remove/", pool_settings.remove, name="pool_remove"),
    path("leads/<path:number>/accept/", answers.accept, name="accept"),
    path("leads/<path:number>/give-back/", answers.give_back, name="give_back"),
    path("conflicts/", conflict_pages.cases, name="conflicts"),
    path("conflicts/<int:case_id>/", conflict_pages.case, name="conflict"),
]
