"""Keys by which two writings of the same thing are found equal. Exact keys only; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata

_MAINLAND_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9]\d{9})$")
_NOT_IN_A_NAME = re.compile(r"[\s()\[\]{}<>《》【】〔〕「」『』·.,，。、;；:：'\"“”‘’_\-]+")

# GB 32100-2015: the alphabet without I, O, S, V, Z, and the weight of each place.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT_FORM = re.compile(rf"^[{_CREDIT_ALPHABET}]{{18}}$")

# Most numbers of an import; the general parser takes 40 times as long. 179… is left to it: a carrier's code.
_CHINESE_MOBILE = re.compile(r"^1(?:[3-689][0-9]|7[0-8])[0-9]{8}$")


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


def phone_key(phone: str, region: str = "CN") -> str:
    """E.164; empty when the number cannot be read. Numbers without a country are taken as of ``region``."""
    if region == "CN" and _CHINESE_MOBILE.match(phone):
        return f"+86{phone}"
    folded = fold(phone)
    # Nearly all numbers are of this form, and reading them the general way takes fifty times as long.
    if region == "CN" and (mobile := _MAINLAND_MOBILE.match(folded.replace(" ", "").replace("-", ""))):
        return f"+86{mobile[1]}"
    if not any(sign.isdigit() for sign in folded):
        return ""
    import phonenumbers  # 60 modules of metadata, needed for few numbers

    try:
        number = phonenumbers.parse(folded, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def credit_code_key(code: str) -> str:
    """The unified social credit code in capitals; empty when its form or check digit is wrong."""
    folded = unicodedata.normalize("NFKC", code).upper().replace(" ", "").replace("-", "")
    if not _CREDIT_FORM.match(folded):
        return ""
    total = sum(
        _CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(folded, _CREDIT_WEIGHTS, strict=False)
    )
    return folded if _CREDIT_ALPHABET[-total % 31] == folded[17] else ""
