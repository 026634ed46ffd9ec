from __future__ import annotations

from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "leadloop.process"
    default_auto_field = "django.db.models.BigAutoField"
