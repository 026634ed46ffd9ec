from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "leadloop.imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.imports.operations.telling import ENDED
        from leadloop.notices.kinds import offer

        offer(ENDED)
