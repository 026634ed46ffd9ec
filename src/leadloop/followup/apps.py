from __future__ import annotations

from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    name = "leadloop.followup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.chain.contacted import contacted_with
        from leadloop.followup.queries import last_contacts
        from leadloop.followup.web.shown import beside
        from leadloop.leads.timeline import show_with

        contacted_with(last_contacts)
        show_with(beside)
