from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "leadloop.foundation.ui"
    label = "ui"
