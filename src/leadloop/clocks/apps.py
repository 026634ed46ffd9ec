from __future__ import annotations

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "leadloop.clocks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.clocks.operations.recomputing import keep_first_rows, react
        from leadloop.clocks.operations.telling import KINDS
        from leadloop.leads.events import subscribe
        from leadloop.notices.kinds import offer
        from leadloop.people.watching import watch

        for kind in KINDS:
            offer(kind)
        watch("clocks_workcalendar")
        watch("clocks_teamcalendar")
        subscribe(keep_first_rows, order=5)
        # Behind grading (10) and assignment (20): a clock goes by the grade, and belongs to the owner.
        subscribe(react, order=30)
