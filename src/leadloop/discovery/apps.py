from __future__ import annotations

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "leadloop.discovery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.discovery.queries.script_use import uses
        from leadloop.playbook.queries import outcomes_with

        outcomes_with(uses)
