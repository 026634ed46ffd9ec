from __future__ import annotations

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "leadloop.clocks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from leadloop.clocks.models import TeamCalendar, WorkCalendar
        from leadloop.clocks.operations.recomputing import keep_first_rows, react
        from leadloop.clocks.operations.telling import KINDS
        from leadloop.clocks.queries.basis import forget
        from leadloop.leads.events import subscribe
        from leadloop.notices.kinds import offer
        from leadloop.people.models import Team
        from leadloop.process.models import Version

        for kind in KINDS:
            offer(kind)
        for sender in (Version, WorkCalendar, TeamCalendar, Team):
            post_save.connect(forget, sender=sender)
            post_delete.connect(forget, sender=sender)
        subscribe(keep_first_rows, order=5)
        # Behind grading (10) and assignment (20): a clock goes by the grade, and belongs to the owner.
        subscribe(react, order=30)
