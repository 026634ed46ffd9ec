# ruff: noqa: E501 - tables of words read better in long lines
"""Which encoding a text file has: marks first, then strict UTF-8, then evidence."""

from __future__ import annotations

import codecs
from pathlib import Path

_WINDOW = 1 << 20
_BLOCK = 8 << 20

# The most frequent characters of modern Chinese and of customer lists, in either script. A wrong guess between
# GB18030 and Big5 gives valid but rare characters, so the share of these decides.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "客户名称线索编号来源渠道获取时间联系手机邮箱行业类型企业规模地域团队负责分配首次跟进最后当前阶段状态金额流失原因成交转化商机需求"
    "有限公司科技股份集团贸易实业网络信息技术华东南北西京上海广州深圳成都杭州武汉重庆苏省市区张王李赵刘陈杨黄周吴徐孙马朱胡林郭何高"
    "這為個國時來們於對會發動過說產種後學經進著裡電現實體機當點從業應開還間樣與關線內數變條沒結問無軍題黨"
    "戶稱線號來取聯繫機郵箱業類規團隊負責進後階態額轉商臺灣灣貿網絡訊術華東廣張劉陳楊黃週吳孫馬"
)
_OTHERS = ["cp1252", "cp1250", "cp1251", "shift_jis", "euc_kr", "latin_1"]


def encoding_of(path: Path) -> str:
    """Name of a Python codec for the whole file; single lines may still differ."""
    with path.open("rb") as stream:
        head = stream.read(_WINDOW)
        marked = _by_mark(head)
        if marked:
            return marked
        return _by_content(_informative(stream, head, path.stat().st_size))


def _by_mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros_even, zeros_odd = head[:4096:2].count(0), head[1:4096:2].count(0)
    # Separators and digits of UTF-16 have a zero byte, always on the same side; other text has none at all.
    if max(zeros_even, zeros_odd) > max(10 * min(zeros_even, zeros_odd), 2):
        return "utf-16-le" if zeros_odd > zeros_even else "utf-16-be"
    return None


def _informative(stream: object, head: bytes, size: int) -> bytes:
    """The head, or where that is plain ASCII the first part of the file that is not; whole lines only."""
    if len(head) < _WINDOW:
        return head
    sample = head
    read = stream.read  # type: ignore[attr-defined]
    while sample.isascii():
        block: bytes = read(_BLOCK)
        if not block:
            return head
        sample = block
    first = next((i for i in range(0, len(sample), 4096) if not sample[i : i + 4096].isascii()), 0)
    start = sample.rfind(b"\n", 0, first) + 1
    end = sample.rfind(b"\n", start, start + _WINDOW)
    return sample[start : end + 1] if end > start else sample[start : start + _WINDOW]


def _by_content(sample: bytes) -> str:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start >= len(sample) - 3:
            return "utf-8"
    else:
        return "utf-8"
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    good = sum(_decodes(line, "utf-8") for line in lines)
    if good >= 0.6 * len(lines):
        return "utf-8"
    return _chinese(lines) or _guess(sample)


def _chinese(lines: list[bytes]) -> str | None:
    scores = {name: _score(lines, name) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 0.2 else None


def _score(lines: list[bytes], encoding: str) -> float:
    """Share of common characters among the non-ASCII ones; lines that do not decode count against it."""
    common = total = 0
    for line in lines[:2000]:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            total += max(len(line) // 2, 1)
            continue
        foreign = [
            c for c in text if c > "\x7f" and not "\uff00" <= c <= "\uff65" and not "\u3000" <= c <= "\u303f"
        ]
        total += len(foreign)
        common += sum(c in _COMMON for c in foreign)
    return common / total if total else 0.0


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:200_000], cp_isolation=_OTHERS).best()
    return best.encoding if best else "gb18030"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def other_than(encoding: str) -> tuple[str, ...]:
    """Encodings to try for a line that is not in ``encoding``."""
    return ("gb18030", "big5hkscs") if encoding.startswith("utf-8") else ("utf-8",)
