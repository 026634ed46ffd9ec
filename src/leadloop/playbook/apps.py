from __future__ import annotations

from django.apps import AppConfig


class PlaybookConfig(AppConfig):
    name = "leadloop.playbook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.people.watching import watch

        watch("playbook_script")
        watch("playbook_scriptversion")
