"""What people type when they have nothing to say, or only try whether it works. Pure; whole texts only.

A real name may contain any of these words (测试仪器有限公司, 无锡…, Test Rite): nothing is looked for inside
a text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SIGNS = re.compile(r"[\W_]+")

_TEST = re.compile(
    r"^(?:这是|我是|本公司)?(?:测试|測試|test(?:ing|er)?|ceshi)"
    r"(?:一下|数据|勿动|请忽略|忽略|专用|公司|有限公司|客户|用户|联系人|线索|单位|企业|人员|姓名|名称|账号|"
    r"company|customer|contact|user|lead|account|data|name|only|please|ignore)*\d{0,8}[a-z]?$"
)

_NOTHING = frozenset(
    {
        "无", "無", "没有", "沒有", "暂无", "暫無", "空", "未知",
        "不详", "不詳", "不明", "待定", "待补充", "待完善", "待确认", "未填",
        "未填写", "不填", "略", "匿名", "保密",
        "不知道", "随便", "随便填", "不清楚", "某某", "某公司", "某某公司", "某人",
        "同上", "如题",
        "none", "null", "nil", "na", "nan", "unknown", "undefined", "tbd",
        "todo", "xx", "xxx", "yyy", "zzz", "foo", "foobar", "bar",
        "dummy", "sample", "placeholder",
        "nothing", "noname", "anonymous", "string", "blank", "empty",
    }
)  # fmt: skip

_NOBODY = frozenset(["张三", "李四", "王五", "赵六", "張三", "某先生", "某女士", "johndoe", "janedoe"])
"""The names of examples. A person may have one of them, so that it is only asked for, never certain."""

_KEYS = re.compile(r"^(?:asdf|asd|sdf|dfg|fgh|ghj|hjkl|jkl|qwerty|qwer|qwe|zxcv|zxc|xcv|cvb|abcd)+\d{0,6}$")
_RUN = re.compile(r"^([a-z0-9某哈啊呵嗯])\1{2,}$")
_MADE_UP = re.compile(r"^(?:x{2,}|某{1,}|abc|a{2,}|\*+)(?:公司|有限公司|科技有限公司|集团|单位|先生|女士)$")
_ASCENDING = "0123456789" * 3
_DESCENDING = _ASCENDING[::-1]
_FEW_DIGITS = 3
_LONGEST = 40
"""Longer texts say something; and an import asks about a hundred thousand of them."""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Without width, case, spaces and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_test(text: str) -> bool:
    """``测试``, ``test123``, ``测试公司``: somebody tried whether it works."""
    return len(text) <= _LONGEST and _TEST.match(folded(text)) is not None


def is_placeholder(text: str) -> bool:
    """``无``, ``asdf``, ``123456``, ``---``: something had to be typed."""
    if len(text) > _LONGEST or not text.strip():
        return False
    return _is_placeholder(text)


@lru_cache(maxsize=4096)
def _is_placeholder(text: str) -> bool:
    word = folded(text)
    return (
        not word
        or word in _NOTHING
        or is_run(word)
        or any(form.match(word) for form in (_TEST, _KEYS, _RUN, _MADE_UP))
    )


def is_nobody(text: str) -> bool:
    return folded(text) in _NOBODY


def is_run(digits: str) -> bool:
    """``123456``, ``87654321``, ``000000``."""
    if len(digits) < _FEW_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    return digits in _ASCENDING or digits in _DESCENDING or len(set(digits)) == 1
