from __future__ import annotations

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "leadloop.marketing"
    default_auto_field = "django.db.models.BigAutoField"
