from __future__ import annotations

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    name = "leadloop.warnings"
    default_auto_field = "django.db.models.BigAutoField"
