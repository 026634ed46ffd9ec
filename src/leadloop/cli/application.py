"""Starting Django on behalf of a command."""

from __future__ import annotations

import os

SETTINGS = "leadloop.config.settings"


def set_up() -> None:
    """Load the application; its messages speak the language of the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from django.utils import translation

    from leadloop.cli import language

    translation.activate(language.current())
