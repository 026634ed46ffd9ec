from __future__ import annotations

from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "leadloop.grading"
    default_auto_field = "django.db.models.BigAutoField"
