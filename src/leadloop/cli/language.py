"""The language of the command line: the application's catalogue through the standard library.

Commands that need no framework must not load one just to speak, so this reads
``django.mo`` itself. argparse translates its own sentences through the process-wide
text domain, which is pointed at the same catalogue.
"""

from __future__ import annotations

import gettext as _stdlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "django"
LANGUAGES = {"en": "en", "zh-hans": "zh_Hans"}
"""Language code -> folder of its catalogue."""

_state: dict[str, _stdlib.NullTranslations | str] = {"code": "en", "catalogue": _stdlib.NullTranslations()}


def N_(text: str) -> str:  # noqa: N802 - the usual name of “mark for translation, translate later”
    return text


ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("%(prog)s: error: %(message)s\n"),
)
"""Sentences of argparse, so that the catalogue has them."""


def choose(argv: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language asked for: ``--language``, LEADLOOP_LANGUAGE, then the locale; English otherwise."""
    for index, word in enumerate(argv):
        if word == "--":
            break
        if word.startswith("--language="):
            return code_of(word.partition("=")[2])
        if word == "--language" and index + 1 < len(argv):
            return code_of(argv[index + 1])
    for name in ("LEADLOOP_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return code_of(environment[name])
    return "en"


def code_of(text: str) -> str:
    """``zh_CN.UTF-8``, ``zh``, ``zh-hans`` -> ``zh-hans``; everything else is English."""
    return "zh-hans" if text.strip().lower().startswith("zh") else "en"


def activate(code: str) -> None:
    """Speak ``code`` from now on, argparse included."""
    folder = LANGUAGES.get(code, "en")
    _state["code"] = code
    _state["catalogue"] = _stdlib.translation(DOMAIN, LOCALE, [folder], fallback=True)
    _stdlib.bindtextdomain(DOMAIN, LOCALE)
    _stdlib.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = folder


def current() -> str:
    return str(_state["code"])


def gettext(text: str) -> str:
    catalogue = _state["catalogue"]
    assert isinstance(catalogue, _stdlib.NullTranslations)
    return catalogue.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    catalogue = _state["catalogue"]
    assert isinstance(catalogue, _stdlib.NullTranslations)
    return catalogue.ngettext(one, many, count)
