"""What the demo company is in the middle of: records of the last weeks, plans, leads of this morning."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from leadloop.actions import rules as due_rules
from leadloop.actions.models import Kind as Doing
from leadloop.actions.models import NextAction
from leadloop.analysis.tables import Kind
from leadloop.assignment.operations import sweep as sweep_pool
from leadloop.cli.demo import company, putting_off
from leadloop.cli.demo.calendar import ZONE
from leadloop.clocks.operations import follow, recompute_many
from leadloop.clocks.operations import sweep as sweep_clocks
from leadloop.clocks.queries.basis import basis
from leadloop.followup.models import FollowUp, Mood, Way
from leadloop.journal.models import Event
from leadloop.leads.models import Channel, Lead, State
from leadloop.leads.operations import LeadFacts, register_lead
from leadloop.people.models import User

RECORDS = timedelta(days=45)
PLANNED = 0.82
"""Of the open leads that were followed up, those with a next action."""
BATCH = 500

WAYS = (Way.PHONE,) * 9 + (Way.WECHAT,) * 5 + (Way.VISIT,) * 2 + (Way.EMAIL, Way.MEETING, Way.DEMO)
MOODS = (Mood.POSITIVE,) * 6 + (Mood.HESITANT,) * 5 + (Mood.SILENT,) * 2 + (Mood.NEGATIVE,)
SAID = {
    Mood.POSITIVE: (
        "认可方案方向，希望尽快安排演示，技术同事一起参加。",
        "预算已经列入本季度计划，让我们先发一版报价参考。",
        "现在用表格管理，漏跟重复跟的情况多，愿意试用两周。",
        "内部已经讨论过一轮，下次请我们直接和分管副总沟通。",
    ),
    Mood.HESITANT: (
        "对实施周期有顾虑，担心业务部门配合不上，需要同行案例。",
        "正在和另外两家比较，主要看数据迁移和后续服务。",
        "觉得价格偏高，想了解能否分期上线。",
    ),
    Mood.NEGATIVE: ("今年预算收紧，项目可能推迟到明年，保持联系。",),
    Mood.SILENT: ("未接通，已发短信说明来意。", "电话接通但在开会，约定改天再联系。"),
}
TITLES = {
    Doing.CALL: ("确认预算与决策流程", "回访试用情况", "了解项目排期", "跟进报价反馈"),
    Doing.VISIT: ("上门拜访，见分管负责人", "现场调研业务流程"),
    Doing.WECHAT: ("发同行业案例并询问意见", "约下次沟通时间"),
    Doing.EMAIL: ("发送方案说明和常见问题", "发送会议纪要"),
    Doing.MEETING: ("方案评审会", "与技术部门对接集成"),
    Doing.DEMO: ("产品演示：业务部门参加",),
    Doing.SEND: ("提交正式报价单", "寄送合同草稿"),
}
DOINGS = tuple(Doing(kind) for kind, times in (
    ("call", 8), ("wechat", 4), ("visit", 2), ("email", 2), ("meeting", 2), ("demo", 1), ("send", 2)
) for _ in range(times))  # fmt: skip

NEW = (
    # customer, contact, phone, grade, amount, channel, detail, need, industry, hours ago, who gave it
    ("苏州澄远精密机械有限公司", "陈立新", "13900008801", "A", 280_000, "展会咨询", "展台登记",
     "产线数据采集与看板，计划下季度上线", "制造业", 0.4, "marketing"),
    ("杭州沐川信息技术有限公司", "周思琪", "13900008802", "B", 96_000, "官网注册", "试用申请",
     "替换现有工单系统，已申请试用", "信息技术", 1.2, "marketing"),
    ("南京卓桥企业管理有限公司", "韩雪莹", "13900008803", "B", None, "老客户转介绍", "客户推荐",
     "多城市团队协同，客户推荐", "商务服务", 2.5, "manager"),
)  # fmt: skip
PRESSING = (
    ("宁波晟维自动化设备有限公司", "徐国栋", "13900008804", "A", 420_000, "展会咨询", "现场演示",
     "设备点检与维保管理", "制造业", 42, "marketing"),
    ("上海翎格软件有限公司", "梁欣怡", "13900008805", "B", 150_000, "内容营销", "行业直播",
     "项目交付管理", "信息技术", 95, "marketing"),
)  # fmt: skip
"""The last but one: minutes until the first follow-up is overdue."""


def work(*, now: datetime) -> None:
    dice = random.Random(company.SEED)  # noqa: S311 - invented data
    _records(now, dice)
    with transaction.atomic():
        _leads_of_today(now)
    follow()
    _actions(now, dice)
    sweep_clocks(now=now)
    sweep_pool(now=now)


def _records(now: datetime, dice: random.Random) -> None:
    """A record beside each contact of the last weeks, as logging would have made it."""
    rows = Event.objects.filter(kind=Kind.FOLLOWED_UP, occurred_at__gte=now - RECORDS, occurred_at__lte=now)
    known = rows.filter(actor__isnull=False).order_by("pk")
    FollowUp.objects.bulk_create((_record(event, dice) for event in known), batch_size=BATCH)


def _record(event: Event, dice: random.Random) -> FollowUp:
    mood = dice.choice(MOODS)
    return FollowUp(
        lead_id=event.lead_id,
        event_id=event.pk,
        at=event.occurred_at,
        logged_at=event.recorded_at,
        by_id=event.actor_id,
        way=dice.choice(WAYS),
        mood=mood,
        feedback=dice.choice(SAID[mood]) if dice.random() < 0.8 else "",
        touched_need=dice.random() < 0.5,
        touched_solution=dice.random() < 0.35,
        touched_objection=mood == Mood.HESITANT,
    )


def _leads_of_today(now: datetime) -> None:
    rep = User.objects.get(username="rep")
    for *facts, hours, giver in NEW:
        _register(facts, rep, giver, now - timedelta(hours=float(hours)))
    for *facts, minutes, giver in PRESSING:
        _register(facts, rep, giver, _given_for(now, timedelta(minutes=float(minutes)), rep))


def _register(facts: Sequence[Any], owner: User, giver: str, moment: datetime) -> None:
    customer, contact, phone, grade, amount, channel, detail, need, industry = facts
    register_lead(
        facts=LeadFacts(
            customer=customer,
            contact=contact,
            phone=phone,
            grade=grade,
            expected_amount=None if amount is None else Decimal(amount),
            channel=Channel.objects.get(name=channel),
            source_detail=detail,
            first_need=need,
            industry=industry,
            region="华东",
            owner=owner,
        ),
        actor=User.objects.get(username=giver),
        now=moment,
    )


def _given_for(now: datetime, left: timedelta, owner: User) -> datetime:
    """When it was given to somebody whose time for it is over in ``left``; else about then."""
    by = basis()
    membership = owner.memberships.first()
    working = by.times_of(membership.team_id if membership else None).working
    wanted = now + left
    days = (wanted - timedelta(days=back) for back in range(1, 12))
    return next((day for day in days if working.days_after(day, 1) >= wanted - timedelta(hours=1)), now)


@dataclass(frozen=True, slots=True)
class _Open:
    lead: int
    owner: int
    owner_name: str
    last: datetime


def _actions(now: datetime, dice: random.Random) -> None:
    rows = Lead.objects.filter(state=State.OPEN, owner__isnull=False, first_followed_up_at__isnull=False)
    found = rows.order_by("-last_followed_up_at", "pk").values_list(
        "pk", "owner_id", "owner__username", "last_followed_up_at"
    )
    open_ones = [_Open(pk, owner, name, last or now) for pk, owner, name, last in found]
    actions = list(_planned(open_ones, now, dice))
    moves = putting_off.moves_of(actions)
    NextAction.objects.bulk_create(actions, batch_size=BATCH)
    putting_off.write(actions, moves, now)
    recompute_many([action.lead_id for action in actions])


def _planned(open_ones: Sequence[_Open], now: datetime, dice: random.Random) -> Iterator[NextAction]:
    """Whoever was called lately has a date; the rest is left to the cadence."""
    mine = 0
    for one in open_ones:
        if now - one.last > timedelta(days=30) or dice.random() > PLANNED:
            continue
        hours = _hours_ahead(now, dice)
        if one.owner_name == "rep" and mine < len(SHOWN):
            hours, mine = SHOWN[mine], mine + 1
        yield _action(one, now, hours, dice)


SHOWN = (-21.0, 3.4, 1.1, -0.7, 5.0, 27.0)
"""Hours from now of the first actions of the rep that people sign in as."""


def _hours_ahead(now: datetime, dice: random.Random) -> float:
    return dice.choice((-20, -3)) if dice.random() < 0.04 else 24 * dice.randint(1, 12) + dice.randint(-4, 4)


def _action(one: _Open, now: datetime, hours: float, dice: random.Random) -> NextAction:
    zone = ZoneInfo(ZONE)
    kind = dice.choice(DOINGS)
    local = (now + timedelta(hours=hours)).astimezone(zone)
    moment = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
    if abs(hours) > 6:
        moment = moment.replace(hour=dice.choice((9, 10, 11, 14, 15, 16, 17)))
        while hours > 0 and moment.weekday() > 4:
            moment += timedelta(days=1)
    due = due_rules.due_of(moment, abs(hours) < 6 or dice.random() < 0.7, zone)
    return NextAction(
        lead_id=one.lead,
        owner_id=one.owner,
        title=dice.choice(TITLES[kind]),
        kind=kind,
        priority=dice.choice(("high", "normal", "normal", "normal", "low")),
        due_at=due.at,
        due_on=due.on,
        has_time=due.has_time,
        remind_at=due_rules.remind_at(due, now, zone) if due.at > now else None,
        created_by_id=one.owner,
        created_at=one.last,
        changed_at=one.last,
    )
