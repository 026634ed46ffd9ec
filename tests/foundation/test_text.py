from __future__ import annotations

import pytest

from leadloop.foundation.text import credit_code_key, email_key, fold, name_key, phone_key

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("＋86－138－0013－8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("010-6234 5678", "+861062345678"),
        ("(021) 6234-5678", "+862162345678"),
        ("+1 415 555 2671", "+14155552671"),
        ("12", ""),
        ("无", ""),
        ("", ""),
        ("138001380001234567", ""),
    ],
)
def test_phone_key(text: str, key: str) -> None:
    assert phone_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Zhang@Huaxin.CN ", "zhang@huaxin.cn"),
        ("ｚ＠ｈ．ｃｎ", "z@h.cn"),
        ("zhang@huaxin", ""),
        ("@huaxin.cn", ""),
        ("zhang", ""),
    ],
)
def test_email_key(text: str, key: str) -> None:
    assert email_key(text) == key


def test_company_names_that_differ_in_writing_only_have_one_key() -> None:
    same = ["华信（北京）科技有限公司", "华信(北京)科技有限公司", " 华信 (北京) 科技有限公司 ", "華信"]
    assert len({name_key(name) for name in same[:3]}) == 1
    assert name_key("ＡＢＣ Trading Co., Ltd.") == name_key("abc trading CO LTD")
    assert name_key(same[3]) != name_key("华信"), "traditional to simplified is for the fuzzy match"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        (" 91350100m000100y43 ", "91350100M000100Y43"),
        ("91350100-M000100Y-43", "91350100M000100Y43"),
        ("91350100M000100Y44", ""),
        ("91350100M000100Y4", ""),
        ("91350100I000100Y43", ""),
        ("", ""),
    ],
)
def test_credit_codes_are_checked_by_their_last_sign(text: str, key: str) -> None:
    assert credit_code_key(text) == key


def test_fold() -> None:
    assert fold("　ＡＢ  c　") == "ab c"
