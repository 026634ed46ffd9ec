from __future__ import annotations

from django.apps import AppConfig


class AssignmentConfig(AppConfig):
    name = "leadloop.assignment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.assignment import counting
        from leadloop.assignment.operations.claiming import check_claim
        from leadloop.assignment.operations.returning import KIND
        from leadloop.assignment.operations.telling import KINDS
        from leadloop.assignment.queries.policies import sights
        from leadloop.assignment.queries.reasons import reasons_of
        from leadloop.assignment.reactions import react
        from leadloop.foundation.triggers import keep
        from leadloop.leads.events import subscribe
        from leadloop.leads.operations.ownership import check_claims_with
        from leadloop.leads.timeline import explain_with
        from leadloop.notices.kinds import offer
        from leadloop.people.permissions import provide_pools
        from leadloop.people.watching import watch

        for kind in (KIND, *KINDS):
            offer(kind)
        provide_pools(sights)
        explain_with(reasons_of)
        check_claims_with(check_claim)
        # After grading (10): whose turn it is depends on the grade.
        subscribe(react, order=20)
        for table in ("assignment_seller", "assignment_experience", "assignment_absence"):
            watch(table)
        keep("assignment.counting", counting.FAMILY)
