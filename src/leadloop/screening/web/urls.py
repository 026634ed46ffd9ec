from __future__ import annotations

from django.urls import path

from leadloop.screening.web import views

app_name = "screening"
urlpatterns = [
    path("", views.work_list, name="list"),
    path("bulk", views.bulk, name="bulk"),
    path("<int:finding_id>/mend", views.mend, name="mend"),
    path("<int:finding_id>/invalidate", views.invalidate, name="invalidate"),
    path("<int:finding_id>/accept", views.accept, name="accept"),
    path("<int:finding_id>/reopen", views.reopen, name="reopen"),
]
