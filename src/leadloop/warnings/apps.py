from __future__ import annotations

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    name = "leadloop.warnings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.chain.changes import subscribe as follow_chains
        from leadloop.clocks.planned import follow_with
        from leadloop.leads.events import subscribe
        from leadloop.notices.kinds import offer
        from leadloop.people.watching import watch
        from leadloop.warnings.operations.telling import KIND
        from leadloop.warnings.reactions import follow, follow_chain, react

        offer(KIND)
        watch("warnings_stagelimit")
        subscribe(react, order=40)
        follow_with(follow)
        follow_chains(follow_chain)
