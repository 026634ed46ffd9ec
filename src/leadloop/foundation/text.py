"""Keys by which two writings of the same thing are found equal. Exact keys only; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata

from leadloop.foundation.phones import phone_key

__all__ = ["credit_code_key", "email_key", "fold", "name_key", "phone_key"]

_NOT_IN_A_NAME = re.compile(r"[\s()\[\]{}<>《》【】〔〕「」『』·.,，。、;；:：'\"“”‘’_\-]+")

# GB 32100-2015: the alphabet without I, O, S, V, Z, and the weight of each place.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT_FORM = re.compile(rf"^[{_CREDIT_ALPHABET}]{{18}}$")


def fold(text: str) -> str:
    """Full width to half width, one case, no spaces at the ends, single spaces inside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def name_key(name: str) -> str:
    """A company's name without width, case, spaces, brackets and punctuation."""
    return _NOT_IN_A_NAME.sub("", unicodedata.normalize("NFKC", name).casefold())[:200]


def email_key(email: str) -> str:
    """The address in one case; empty when it is none."""
    folded = fold(email).replace(" ", "")
    local, at, domain = folded.rpartition("@")
    return folded if at and local and "." in domain.strip(".") else ""


def credit_code_key(code: str) -> str:
    """The unified social credit code in capitals; empty when its form or check digit is wrong."""
    folded = unicodedata.normalize("NFKC", code).upper().replace(" ", "").replace("-", "")
    if not _CREDIT_FORM.match(folded):
        return ""
    total = sum(
        _CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(folded, _CREDIT_WEIGHTS, strict=False)
    )
    return folded if _CREDIT_ALPHABET[-total % 31] == folded[17] else ""
