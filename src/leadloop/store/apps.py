from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "leadloop.store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.store.snapshots import in_background
        from leadloop.store.waking import wake_worker

        in_background(wake_worker)
