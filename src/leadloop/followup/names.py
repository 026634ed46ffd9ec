"""Names of files as people gave them, made fit to be shown and to be sent back. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
_PLACES = re.compile(r"[/\\]")
_UNFIT = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")


def plain(given: str) -> str:
    """The last part of a path, without signs that nobody sees or that turn the reading direction round
    (``fdp.exe`` backwards), and such that every system can save it. The ending is kept.
    """
    name = _PLACES.split(unicodedata.normalize("NFC", given))[-1]
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    name = _UNFIT.sub("_", " ".join(name.split())).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    return _short(name) or "file"


def _short(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
