# ruff: noqa: E501 - tables of words read better in long lines
"""Names of stages: which of the six canonical steps each belongs to, which mean won or lost, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from leadloop.intake.headers import key_of
from leadloop.intake.result import StageGuess
from leadloop.intake.words import outcome_of

CANONICAL = ("captured", "screened", "need", "proposal", "negotiation", "signed")
MOST_STAGES = 12
"""The analysis knows no longer process."""

NAMES: dict[str, str] = {
    "captured": "线索获取, 获取线索, 线索, 新线索, 新建, 待跟进, 未跟进, 待分配, 未处理, 待处理, 潜在, 潜在客户, 线索登记, 初步接触, 获取, "
    "captured, capture, lead, new, new lead, lead in, prospecting, prospect, inbound, subscriber, raw lead, mql, "
    "marketing qualified lead, open not contacted, not contacted, not attempted, attempted to contact, potential, "
    "unassigned, incoming, identified, discovery call scheduled, appointment scheduled",
    "screened": "初步筛选, 筛选, 线索筛选, 初筛, 线索确认, 合格线索, 有效线索, 验证客户, 资格确认, 意向, 意向客户, 已联系, 跟进中, 初步沟通, "
    "客户筛选, 联系, 线索清洗, "
    "screened, screening, qualification, qualified, contacted, contact made, qualify, working contacted, working, "
    "engaging, engaged, connected, in progress, lead qualification, sales qualified lead, sql, "
    "marketing qualified, qualifying, intent, pre qualified, "
    "contact in future",
    "need": "需求沟通, 需求确认, 需求分析, 需求调研, 需求挖掘, 需求了解, 需求发现, 商机, 评估, 技术评估, 产品演示, 演示, 需求对接, 方案沟通, "
    "need, needs, needs analysis, need analysis, discovery, needs defined, qualified to buy, opportunity, "
    "value proposition, id decision makers, identify decision makers, perception analysis, demo, demo scheduled, "
    "presentation scheduled, technical assessment, evaluation, needs assessment, requirements, solution, "
    "sales accepted lead, needs identified",
    "proposal": "方案提供, 方案报价, 方案, 方案制定, 方案呈现, 方案确认, 提交方案, 报价, 产品报价, 投标, 试用, 方案演示, 方案/报价, 招投标, "
    "proposal, proposal price quote, proposal sent, quote, quotation, quote sent, proposition, proposal made, "
    "decision maker bought in, trial, bid, solution proposed, presentation, offer, tender, pricing, "
    "proposal price quotation, proof of concept, poc",
    "negotiation": "商务谈判, 谈判, 合同谈判, 谈判审核, 商务洽谈, 合同审批, 合同签订中, 澄清, 商务沟通, 谈判/审核, 合同评审, 商务, "
    "negotiation, negotiation review, negotiations started, negotiating, contract sent, commit, "
    "bid clarification, contract review, verbal agreement, closing plan, contract, decision, in negotiation",
    "signed": "成交签约, 成交, 签约, 赢单, 已成交, 成单, 签单, 合同签订, 已签约, 签约成交, 赢单关闭, 签订合同, "
    "signed, won, closed won, closed, close, deal won, closing, signed contract, customer, contract signed, sale",
}
"""Canonical step -> names under which it is found."""

_TIME_BEFORE = re.compile(
    r"^(?:date\s*(?:entered|of|when\s+entered)|entered|time\s*(?:entered|of)|entry\s+(?:date|time)\s+(?:of|for)|进入|到达)\s*[\"“'‘]?(?P<name>.+?)[\"”'’]?(?:阶段|stage)?\s*(?:的?时间|的?日期|date|time)?$",
    re.IGNORECASE,
)
_TIME_AFTER = re.compile(
    r"^(?P<name>.+?)[\s_\-]*(?:阶段|stage)?[\s_\-]*(?:进入时间|进入日期|开始时间|完成时间|达成时间|时间|日期|"
    r"entered[ _]at|entered[ _]on|entered|entry[ _]date|start[ _]date|started[ _]at|date|time|timestamp|at|on)$",
    re.IGNORECASE,
)


@cache
def _canonical_of() -> dict[str, int]:
    return {
        key_of(name): position
        for position, step in enumerate(CANONICAL, 1)
        for name in (step, *NAMES[step].split(", "))
    }


@cache
def _order_in_table() -> dict[str, int]:
    return {key: index for index, key in enumerate(_canonical_of())}


def canonical_of(name: str) -> int | None:
    """Position (1-6) of the canonical step that a stage's name stands for, or None."""
    table = _canonical_of()
    for key in _keys(name):
        if key in table:
            return table[key]
    return None


def _keys(name: str) -> Iterable[str]:
    """``2. Needs Analysis (30%)`` is also ``Needs Analysis``."""
    yield key_of(name)
    bare = re.sub(r"[(（【\[].*?[)）】\]]", "", name)
    bare = re.sub(
        r"^\s*(?:[0-9]{1,2}|[一二三四五六七八九十]|[a-z])\s*[.、:：)\-]\s*", "", bare, flags=re.IGNORECASE
    )
    yield key_of(bare)
    yield re.sub(r"(?:阶段|环节|stage|phase)$", "", key_of(bare))


def stage_in_header(text: str, known: Mapping[str, str]) -> str | None:
    """The stage whose time a column holds, by its header, as the header names it.

    ``known`` has the keys of stage names found elsewhere in the file, so that a stage of the user's own making
    is recognised too.
    """
    for pattern in (_TIME_BEFORE, _TIME_AFTER):
        found = pattern.match(text.strip())
        if found is None:
            continue
        name = found["name"].strip(" _-\"“”'")
        pipeline = re.sub(r"\s*[(（][^()（）]*(?:pipeline|管道|流程)[)）]", "", name, flags=re.IGNORECASE)
        if key_of(pipeline) in known or canonical_of(pipeline) is not None:
            return pipeline
    return None


def arrange(
    timed: Sequence[str], values: Sequence[str], *, average: Mapping[str, float] | None = None
) -> tuple[StageGuess, ...]:
    """The stages of a file in order.

    ``timed`` are names with a column of times, in the order of the columns: the file's own order. ``values``
    are further names found in cells; they are put in by canonical step, then by ``average`` (mean place in the
    leads' histories), then by the usual order of such names. Names that mean won, lost or invalid end a lead
    and are no stages; one won stage is always there.
    """
    names = list(dict.fromkeys(timed))
    known = {key_of(name) for name in names}
    extra = [v for v in dict.fromkeys(values) if key_of(v) not in known and not _ends(v)]
    for name in sorted(extra, key=lambda v: _place(v, average)):
        names.insert(_slot(names, name, average), name)
    if not any(_is_won(name) for name in names):
        names.append(next((v for v in values if outcome_of(v) == "won"), _won_name(names)))
    if len(names) == 1 or not any(_first_like(name) for name in names):
        names.insert(0, _first_name(names))
    return _guesses(names[: MOST_STAGES - 1] + names[-1:] if len(names) > MOST_STAGES else names)


def _ends(name: str) -> bool:
    return outcome_of(name) in ("won", "lost", "invalid", "not_won")


def _is_won(name: str) -> bool:
    return canonical_of(name) == 6 or outcome_of(name) == "won"


def _first_like(name: str) -> bool:
    return canonical_of(name) == 1


def _place(name: str, average: Mapping[str, float] | None) -> tuple[float, float, float]:
    canonical = canonical_of(name) or 0
    table = _order_in_table()
    usual = next((table[key] for key in _keys(name) if key in table), len(table))
    return (average or {}).get(name, float(canonical)), float(canonical), float(usual)


def _slot(names: list[str], name: str, average: Mapping[str, float] | None) -> int:
    """Behind the last name that belongs before it, and before a won stage."""
    end = next((i for i, other in enumerate(names) if _is_won(other)), len(names))
    place = _place(name, average)
    if place[0] == 0:
        return end
    before = [i for i, other in enumerate(names[:end]) if _place(other, average)[:2] <= place[:2]]
    return before[-1] + 1 if before else 0


def _chinese(names: Iterable[str]) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for name in names for char in name)


def _first_name(names: Sequence[str]) -> str:
    return "线索获取" if _chinese(names) else "Captured"


def _won_name(names: Sequence[str]) -> str:
    return "成交签约" if _chinese(names) else "Signed"


def _guesses(names: Sequence[str]) -> tuple[StageGuess, ...]:
    steps = _steps(names)
    out: list[StageGuess] = []
    for position, (name, step) in enumerate(zip(names, steps, strict=True), 1):
        alone = (steps.count(step) == 1 and canonical_of(name) is not None) or position == step == 1
        key = CANONICAL[step - 1] if alone or (step == 6 and _is_won(name)) else _slug(name, position)
        if key in {guess.key for guess in out}:
            key = f"stage_{position}"
        out.append(StageGuess(key, name, position, step, won=step == 6 and _is_won(name)))
    return tuple(out)


def _steps(names: Sequence[str]) -> list[int]:
    """Canonical steps, never falling: an unknown name belongs to the step of the one before it."""
    steps: list[int] = []
    for name in names:
        own = 6 if _is_won(name) else min(canonical_of(name) or (max(steps[-1], 2) if steps else 1), 5)
        steps.append(max(own, steps[-1]) if steps else own)
    return steps


def _slug(name: str, position: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return (
        slug[:40]
        if slug and slug.isascii() and not _chinese([name]) and not slug[0].isdigit()
        else f"stage_{position}"
    )


def by_text(stages: Sequence[StageGuess], aliases: Mapping[str, str]) -> dict[str, int]:
    """Key of a cell's text -> index of the stage it names. ``aliases`` are texts of the mapping -> stage key."""
    index = {stage.key: i for i, stage in enumerate(stages)}
    table: dict[str, int] = {}
    for step in {stage.canonical for stage in stages}:
        same = [i for i, stage in enumerate(stages) if stage.canonical == step]
        if len(same) == 1:
            table.update({key: same[0] for key, position in _canonical_of().items() if position == step})
    table.update({key_of(stage.key): i for i, stage in enumerate(stages)})
    table.update({key: i for i, stage in enumerate(stages) for key in reversed(list(_keys(stage.name)))})
    table.update({key_of(text): index[key] for text, key in aliases.items() if key in index})
    return table
