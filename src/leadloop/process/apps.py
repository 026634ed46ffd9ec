from __future__ import annotations

from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "leadloop.process"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.people.watching import watch
        from leadloop.process.stage_book import stage_book
        from leadloop.store import stages

        stages.provide(stage_book)
        for table in ("process_process", "process_version", "process_stage"):
            watch(table)
