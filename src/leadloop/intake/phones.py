"""Phone numbers to one key (E.164), so that two spellings of one number are found to be the same."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from leadloop.foundation.phones import phone_key as key_of

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
    """E.164 of the first number in ``text``, or None: the same key that the forms make."""
    return key_of(text, region) or None
