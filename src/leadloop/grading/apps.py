from __future__ import annotations

from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "leadloop.grading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.grading.operations.giving import by_rules, give, holds
        from leadloop.grading.operations.grading import follow
        from leadloop.grading.operations.telling import WAITING
        from leadloop.grading.queries import reasons_of
        from leadloop.leads.events import subscribe
        from leadloop.leads.operations.grading import provide
        from leadloop.leads.reasons import explain_grades_with
        from leadloop.notices.kinds import offer

        subscribe(follow, order=10)
        provide(give, holds, by_rules)
        explain_grades_with(reasons_of)
        offer(WAITING)
