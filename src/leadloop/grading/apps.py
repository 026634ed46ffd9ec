from __future__ import annotations

from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "leadloop.grading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.grading.operations.grading import follow
        from leadloop.leads.events import subscribe

        subscribe(follow, order=10)
