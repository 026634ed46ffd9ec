"""Phone numbers as people write them -> one key for one number."""

from __future__ import annotations

import re
import unicodedata

# Most numbers of an import; the general parser takes 40 times as long. 179… is left to it: a carrier's code.
_CHINESE_MOBILE = re.compile(r"^1(?:[3-689][0-9]|7[0-8])[0-9]{8}$")
_MAINLAND_MOBILE = re.compile(r"^(?:\+?86|0086)?0?(1[3-9][0-9]{9})$", re.ASCII)

_BETWEEN_NUMBERS = re.compile(r"[/;,、|\n]|或")
_LABEL = re.compile(r"^[^\d+(]+")
_REMARK = re.compile(r"\s*\([^\d()]*\)$|\s+[^\d\s()+.\-]+$")
_EXTENSION = re.compile(r"\s*(?:转|分机|ext\.?|x|#)\s*\d{1,6}$")
_EXTENSION_AFTER_DASH = re.compile(r"^(\(?0\d{2,3}\)?[\s\-]?\d{7,8})-\d{1,5}$")
_SPREADSHEET_FRACTION = re.compile(r"(?<=^\d{11})\.0+$")
_PARTS_OF_NUMBERS = re.compile(r"[\d+().\s\-\u2010-\u2015]+")
_SERVICE = re.compile(r"^(?:10\d{3}|12\d{3}|9[56]\d{3,4})$")


def phone_key(phone: str, region: str = "CN") -> str:
    """E.164 of the first number that can be read; empty when there is none.

    Numbers without a country are taken as of ``region``. A number that nobody can have (a digit too few,
    one digit eleven times) has no key, so that it matches nothing. Extensions are left out: who has one
    number with two extensions is told apart by the name.
    """
    if region == "CN" and _CHINESE_MOBILE.match(phone):
        return f"+86{phone}"
    folded = unicodedata.normalize("NFKC", phone).casefold().strip()
    bare = folded.replace(" ", "").replace("-", "")
    # Nearly all numbers are of this form, and reading them the general way takes fifty times as long.
    if region == "CN" and (mobile := _MAINLAND_MOBILE.match(bare)):
        return f"+86{mobile[1]}"
    found = (_key(part, region) for part in _BETWEEN_NUMBERS.split(folded))
    return next((key for key in found if key), "")


def _key(text: str, region: str) -> str:
    number = _without_words(text.strip())
    digits = re.sub(r"\D", "", number)
    if len(digits) < 5 or len(set(digits)) == 1 or not _PARTS_OF_NUMBERS.fullmatch(number):
        return ""
    if region == "CN" and not number.startswith(("+", "00")):
        if mobile := _MAINLAND_MOBILE.match(digits):
            return f"+86{mobile[1]}"
        if digits.startswith("1") and not digits.startswith("10"):
            # What begins like a mobile number and is none is a typing error, not a number somewhere else.
            return f"+86{digits}" if _SERVICE.match(digits) else ""
        if _SERVICE.match(digits):
            return f"+86{digits}"
    return _read(number, region)


def _without_words(text: str) -> str:
    text = _REMARK.sub("", _LABEL.sub("", text))
    text = _SPREADSHEET_FRACTION.sub("", _EXTENSION.sub("", text))
    return _EXTENSION_AFTER_DASH.sub(r"\1", text)


def _read(number: str, region: str) -> str:
    import phonenumbers  # 60 modules of metadata, needed for few numbers

    try:
        found = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    # Of the own region the plan is known well; elsewhere a new range may be missing in it.
    home = found.country_code == phonenumbers.country_code_for_region(region)
    good = phonenumbers.is_valid_number(found) if home else phonenumbers.is_possible_number(found)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164) if good else ""
