from __future__ import annotations

from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    name = "leadloop.followup"
    default_auto_field = "django.db.models.BigAutoField"
