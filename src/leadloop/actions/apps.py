from __future__ import annotations

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "leadloop.actions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.actions.operations.following import follow, follow_many
        from leadloop.actions.operations.telling import DUE
        from leadloop.actions.queries import moments_of
        from leadloop.clocks.planned import planned_with
        from leadloop.leads.events import subscribe, subscribe_given_on
        from leadloop.notices.kinds import offer

        offer(DUE)
        planned_with(moments_of)
        # Behind assignment (20), which may change the owner; before clocks (30), which ask for plans.
        subscribe(follow, order=25)
        subscribe_given_on(follow_many)
