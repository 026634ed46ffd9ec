from __future__ import annotations

import opencc
import pytest
from pypinyin import lazy_pinyin

from leadloop.foundation.han import initials, pinyin, simplified

pytestmark = pytest.mark.pure

COMMON = "华信科技有限公司深圳上海机械制造电子商务网络数据智能装备新材料医药健康管理物流"


def test_the_tables_agree_with_the_libraries_they_are_made_from() -> None:
    assert [pinyin(sign) for sign in COMMON] == [lazy_pinyin(sign)[0] for sign in COMMON]
    traditional = opencc.OpenCC("s2t").convert(COMMON)
    assert traditional != COMMON
    assert simplified(traditional) == COMMON


def test_other_signs_stay_as_they_are() -> None:
    assert (pinyin("绿A1😀"), simplified("Ä 1"), initials("华信HX")) == ("lvA1😀", "Ä 1", "hxHX")
