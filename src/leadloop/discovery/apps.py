from __future__ import annotations

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "leadloop.discovery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from leadloop.discovery.operations.policies import follow_version
        from leadloop.discovery.queries.script_use import uses
        from leadloop.playbook.queries import outcomes_with
        from leadloop.process.models import Version

        outcomes_with(uses)
        post_save.connect(follow_version, sender=Version, dispatch_uid="discovery")
