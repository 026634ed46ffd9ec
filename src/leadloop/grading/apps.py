from __future__ import annotations

from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "leadloop.grading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.grading.operations.grading import follow
        from leadloop.grading.operations.telling import WAITING
        from leadloop.leads.events import subscribe
        from leadloop.notices.kinds import offer

        subscribe(follow, order=10)
        offer(WAITING)
