"""What every page's frame needs, whatever the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Shell:
    language: str
    theme: str
    version: str
    languages: tuple[tuple[str, str], ...]
    path: str
    """Where a choice of language or theme returns to."""


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {
        "shell": Shell(
            language=get_language() or settings.LANGUAGE_CODE,
            theme=getattr(getattr(request, "user", None), "theme", "auto"),
            version=settings.VERSION,
            languages=(("zh-hans", "简体中文"), ("en", "English")),
            path=request.get_full_path(),
        )
    }
