from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "leadloop.store"
    default_auto_field = "django.db.models.BigAutoField"
