"""Phone numbers to one key (E.164), so that two spellings of one number are found to be the same."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

DEFAULT_REGION = "CN"


def phone_keys(values: pa.Array, *, region: str = DEFAULT_REGION) -> pa.Array:
    """E.164 for each text, null where there is no number in it."""
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.string())
    bare = pc.replace_substring_regex(values, r"[\s\-().（）]", "")
    if region == "CN":
        mobile = pc.match_substring_regex(bare, r"^(?:\+?86|0086)?1[3-9][0-9]{9}$")
        tail = pc.utf8_slice_codeunits(bare, -11)
        quick = pc.if_else(mobile, pc.binary_join_element_wise("+86", tail, ""), None)
    else:
        quick = pa.nulls(len(values), pa.string())
    slow = pc.and_(pc.is_null(quick), pc.is_valid(values))
    if not pc.any(slow).as_py():
        return quick
    keys = [phone_key(text, region=region) for text in values.filter(slow).to_pylist()]
    return pc.replace_with_mask(quick, slow, pa.array(keys, pa.string()))


@lru_cache(maxsize=200_000)
def phone_key(text: str, *, region: str = DEFAULT_REGION) -> str | None:
    """E.164 of the first number in ``text``, or None."""
    # Its tables take a tenth of a second to load, and most files hold mobile numbers only.
    import phonenumbers

    for part in _parts(text):
        try:
            number = phonenumbers.parse(part, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _parts(text: str) -> list[str]:
    for mark in ("/", ";", "；", ",", "，", "、", "|"):
        if mark in text:
            return [text, *text.split(mark)] if mark == "/" else text.split(mark)
    return [text]
