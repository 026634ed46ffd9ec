"""Templates and translations without a web application: what `leadloop analyze` needs of Django."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils import translation

PACKAGE = Path(__file__).resolve().parent.parent


def configure() -> None:
    """Make gettext and templates usable; does nothing where the application is configured already."""
    if settings.configured:
        return
    settings.configure(
        INSTALLED_APPS=["leadloop.reporting", "leadloop.foundation.ui"],
        LANGUAGE_CODE="en",
        LANGUAGES=[("zh-hans", "简体中文"), ("en", "English")],
        LOCALE_PATHS=[PACKAGE / "locale"],
        USE_I18N=True,
        USE_TZ=True,
        TIME_ZONE="UTC",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}}
        ],
    )
    # Not django.setup(): that loads addresses and requests, which nobody needs here.
    apps.populate(settings.INSTALLED_APPS)


def speak(language: str) -> None:
    """Configure if need be, and use ``language`` from now on in this thread."""
    configure()
    translation.activate(language)
