"""Notices in words, for the list, e-mails and chat groups."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from leadloop.foundation.messages import from_data


def one_line(text: str) -> str:
    """On one line and without signs that are not seen: it becomes part of a subject, where a line break
    would begin a header of its own."""
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} else sign for sign in text)
    return " ".join(plain.split())


def words_of(data: Mapping[str, Any]) -> str:
    """A stored message in the present language."""
    return one_line(from_data(data).render(gettext))


def absolute(path: str) -> str:
    """The whole address when the installation knows its own, else the path."""
    return f"{settings.ADDRESS}{path}" if path else ""


@contextmanager
def language_of(code: str) -> Iterator[None]:
    with translation.override(code or settings.LANGUAGE_CODE):
        yield
