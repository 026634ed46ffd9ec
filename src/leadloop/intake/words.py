# ruff: noqa: E501 - tables of words read better in long lines
"""Words in cells that mean won, lost, open, invalid, yes or no."""

from __future__ import annotations

from functools import cache
from typing import Literal

from leadloop.intake.headers import key_of

Word = Literal["won", "lost", "open", "invalid", "not_won"]
"""``not_won`` says only that the lead was not won: lost if a loss is dated or explained, else open."""

OUTCOMES: dict[Word, str] = {
    "won": "已成交, 成交, 已转化, 转化成功, 赢单, 已赢单, 签约, 已签约, 成单, 已成单, 已签单, 成功, 胜, 赢, 成交签约, 已转换, 已转客户, 赢单关闭, "
    "won, closed won, closedwon, win, closed converted, converted, signed, success, successful, deal won, "
    "customer, sold, evangelist, converted to deal, won deal, contract signed",
    "lost": "流失, 已流失, 丢单, 已丢单, 输单, 已输单, 失败, 战败, 已战败, 败, 输, 未成交(流失), 已关闭(流失), 放弃, 已放弃, 转化失败, 跟进失败, "
    "lost, closed lost, closedlost, lose, closed not converted, failed, loss, lost lead, lost to competition, "
    "closed lost to competition, dead, abandoned, dropped, deal lost, rejected",
    "open": "跟进中, 进行中, 待跟进, 未处理, 已处理, 未分配, 待分配, 待处理, 新建, 新线索, 已联系, 沟通中, 洽谈中, 处理中, 待转化, 转化中, 培育中, 跟进, "
    "已分配, 未跟进, 已跟进, 打开, 开放, 在跟, "
    "open, new, working, in progress, pending, active, contacted, attempted to contact, not contacted, nurturing, "
    "open not contacted, working contacted, connected, open deal, bad timing, attempted, waiting, ongoing, "
    "contact in future, pre qualified, qualified, unqualified lead open",
    "invalid": "无效, 无效线索, 已作废, 作废, 垃圾线索, 空号, 重复, 重复线索, 测试, "
    "invalid, junk, junk lead, disqualified, unqualified, not qualified, spam, duplicate, bad data, deleted, test",
    "not_won": "未转化, 未成交, 未签约, 未转换, 未成单, 否, 未赢单, not converted, no, false, 0, n, not won, closed",
}


@cache
def _table() -> dict[str, Word]:
    return {key_of(name) or name: word for word, names in OUTCOMES.items() for name in names.split(", ")}


def outcome_of(text: str) -> Word | None:
    """What a status says about the outcome, or None if it is not known."""
    return _table().get(key_of(text) or text.strip())
