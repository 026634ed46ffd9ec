"""Whether somebody can be reached at what was typed. Pure; only the form is looked at, nobody is called."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from leadloop.screening.words import folded, is_run, is_test

Fault = Literal["", "test", "wrong", "area_code", "mistyped"]

_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9][0-9]{9})$")
_FILLING = re.compile(r"[\s\-–—().·]+")
_SEVERAL = re.compile(r"[/、,，;；|\n]|或|\bor\b")
_EXTENSION = re.compile(r"(?:转|轉|分机|內線|内线|ext\.?|#|(?<=\d)\s*x(?=\d)).*$", re.IGNORECASE)
_HOTLINE = re.compile(r"^(?:9[56]\d{3,6}|1[02]\d{3}|[48]00\d{7})$")

_LOCAL = re.compile(r"^[2-9]\d{6,7}$")

_SAMPLES = frozenset({"13800138000", "13800138001", "13012345678", "18612345678", "13712345678"})
_SAMPLE = re.compile(r"^1\d{2}(?:0{8}|12345678|1{8})$|^(\d)\1{10}$")
_FICTION = re.compile(r"^(?:1\d{3}55501\d{2}|447700900\d{3}|44\d{2}79460\d{3})$")
"""Ranges that the numbering plans of North America and Britain keep for films and manuals."""

_ADDRESS = re.compile(
    r"^[^\s@\"(),:;<>\[\]\\]+@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])$", re.UNICODE
)
_RESERVED = re.compile(r"(?:^|\.)(?:test|invalid|localhost)$|^(?:example|test)\.(?:com|org|net|cn|com\.cn)$")
"""Not all of ``.example``: the demo company's addresses end so, because none of them may reach anybody."""
_SHORT = 4
_LONGEST_LOCAL = 64

_ENDINGS = {
    "con": "com",
    "cmo": "com",
    "ocm": "com",
    "comm": "com",
    "vom": "com",
    "xom": "com",
    "coom": "com",
}
_SLIPS = {
    "gmial.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gnail.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.cm": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "outlok.com": "outlook.com",
    "outook.com": "outlook.com",
    "yaho.com": "yahoo.com",
    "foxmial.com": "foxmail.com",
    "foxmai.com": "foxmail.com",
    "qq.cm": "qq.com",
    "qq.co": "qq.com",
    "163.cm": "163.com",
    "163.co": "163.com",
    "126.cm": "126.com",
    "126.co": "126.com",
    "sian.com": "sina.com",
}


def phone_fault(text: str) -> Fault:
    """Of several numbers in one field, one that can be called is enough."""
    mobile = _MOBILE.match(text)
    if mobile is not None:
        # Nearly every number is written like this, and an import asks for a hundred thousand of them.
        return "test" if _is_sample(mobile[1]) else ""
    parts = [part for part in _SEVERAL.split(unicodedata.normalize("NFKC", text)) if part.strip()]
    faults = [_fault_of_one(part) for part in parts] or ["wrong"]
    for fault in ("", "area_code", "test"):
        if fault in faults:
            return fault
    return "wrong"


def _fault_of_one(text: str) -> Fault:
    number = _FILLING.sub("", _EXTENSION.sub("", text))
    if mobile := _MOBILE.match(number):
        return "test" if _is_sample(mobile[1]) else ""
    digits = number.removeprefix("+").removeprefix("00")
    if is_run(number) or is_run(digits) or _FICTION.match(digits):
        return "test"
    if is_test(text):
        return "test"
    return "" if _HOTLINE.match(number) else _fault_by_plan(number)


def _fault_by_plan(number: str) -> Fault:
    import phonenumbers  # 60 modules of metadata, needed for few numbers

    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return "wrong"
    if phonenumbers.is_valid_number(parsed):
        return ""
    return "area_code" if _LOCAL.match(number) else "wrong"


def _is_sample(mobile: str) -> bool:
    return mobile in _SAMPLES or _SAMPLE.match(mobile) is not None


def email_fault(text: str) -> Fault:
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    local, _, domain = address.rpartition("@")
    if not _ADDRESS.match(address) or ".." in address or len(local) > _LONGEST_LOCAL or local[-1:] == ".":
        return "test" if is_test(text) or _RESERVED.search(domain) else "wrong"
    if _RESERVED.search(domain) or is_test(local) or _says_itself(local, domain):
        return "test"
    return "mistyped" if better_address(address) else ""


def _says_itself(local: str, domain: str) -> bool:
    """``a@a.com``, ``123@123.com``."""
    label = folded(domain.partition(".")[0])
    return len(label) <= _SHORT and label == folded(local)


def better_address(text: str) -> str:
    """The address that was probably meant: ``wang@qq.con`` is ``wang@qq.com``. Empty: no idea."""
    address = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = address.rpartition("@")
    lower = domain.casefold()
    if not at:
        return ""
    if meant := _SLIPS.get(lower):
        return f"{local}@{meant}"
    name, dot, ending = lower.rpartition(".")
    if dot and (meant := _ENDINGS.get(ending)):
        return f"{local}@{name}.{meant}"
    return ""
