from __future__ import annotations

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leadloop.leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.leads.search import signals
        from leadloop.people.watching import watch

        signals.connect()
        watch("leads_channel")
