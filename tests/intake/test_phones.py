from __future__ import annotations

import pyarrow as pa
import pytest

from leadloop.intake.phones import phone_keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("021-12345678", "+862112345678"),
        ("（010）8888-8888", "+861088888888"),
        ("+1 650 253 0000", "+16502530000"),
        ("13800138000、13900139000", "+8613800138000"),
        ("021-12345678/13800138000", "+862112345678"),
        ("none", None),
        ("12", None),
        (None, None),
    ],
)
def test_one_key_for_all_spellings(text: str | None, key: str | None) -> None:
    assert phone_keys(pa.array([text, "13700137000"], pa.string())).to_pylist() == [key, "+8613700137000"]
