"""What the demo company has besides leads: answers behind the grades, costs, a form, a shared view."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from leadloop.analysis.scope import Visibility
from leadloop.assignment.operations import add_absence
from leadloop.capture.operations.forms import FormFacts, create_form
from leadloop.cli.demo import company
from leadloop.cli.demo.need import discover
from leadloop.grading.models import Grading, Qualification, Source
from leadloop.grading.operations import accept, correct, grade_many
from leadloop.leads.models import Channel, Lead, State
from leadloop.leads.operations.views import save_view
from leadloop.leads.permissions import restrict
from leadloop.marketing.operations.costs import CostFacts, put_costs
from leadloop.people.models import Role, User
from leadloop.people.permissions import visibility_of
from leadloop.screening.operations import screen_many

ASKED = 0.8
"""Of the open leads, those about which somebody has asked."""


@dataclass(frozen=True, slots=True)
class _Likely:
    """What is found out about leads of a grade; what fits it best stands there most often."""

    budget: tuple[str, ...]
    need: tuple[str, ...]
    authority: tuple[str, ...]
    days: tuple[int, int]
    intent: tuple[int, int]


_LIKELY = {
    "A": _Likely(
        ("named", "named", "planned"), ("matches",), ("decides", "decides", "has_say"), (15, 85), (4, 5)
    ),
    "B": _Likely(
        ("planned", "named", ""), ("matches", "partly"), ("has_say", "decides", ""), (60, 200), (2, 4)
    ),
    "C": _Likely(("none", "none", ""), ("partly", "no"), ("none", "has_say"), (200, 500), (1, 2)),
}

COSTS = {
    "官网注册": 9_000,
    "搜索推广": 42_000,
    "电话营销": 26_000,
    "展会咨询": 18_000,
    "内容营销": 15_000,
    "合作伙伴": 5_000,
}
"""CNY a month; the fairs themselves come on top."""
FAIR_COST = 68_000


def equip(*, now: datetime) -> None:
    open_leads = list(
        Lead.objects.filter(state=State.OPEN)
        .order_by("pk")
        .values_list("pk", "grade", "expected_amount", "captured_at")
    )
    with transaction.atomic():
        dice = random.Random(company.SEED)  # noqa: S311 - invented data
        Qualification.objects.bulk_create(
            _answers(pk, grade, amount, captured_at, dice, now)
            for pk, grade, amount, captured_at in open_leads
            if grade and dice.random() < ASKED
        )
    ids = [row[0] for row in open_leads]
    grade_many(lead_ids=ids, now=now)
    # The demo's grades are what these rules would have given: where they agree, the rules hold them.
    agreeing = Grading.objects.filter(held_by=Source.FILE, rule_grade=F("lead__grade"))
    agreeing.update(held_by=Source.RULE, facts_under=None)
    screen_many(lead_ids=ids, now=now)
    discover(now=now)
    with transaction.atomic():
        put_costs(rows=_costs(now.date()), actor=None, now=now)
        _form(now)
        _view(now)
    _judgements(now)
    _absence(now)


JUDGED = 18
"""Grades that the manager has looked at: two of three are right."""


def _judgements(now: datetime) -> None:
    manager = User.objects.get(username="manager")
    own = restrict(Lead.objects.filter(state=State.OPEN, grade__in=["A", "B"]), _teams_of(manager))
    rows = own.filter(grading__held_by=Source.RULE).select_related("process", "version", "stage")
    for place, lead in enumerate(rows.order_by("-captured_at", "pk")[:JUDGED]):
        if place % 3:
            accept(lead=lead, actor=manager, now=now)
            continue
        lower = {"A": "B", "B": "C"}[lead.grade]
        correct(lead=lead, grade=lower, reason=DOUBTS[place % len(DOUBTS)], actor=manager, now=now)


DOUBTS = ("预算还没有批下来，先按较低一级跟进。", "决策人尚未见过面，意向需要再确认。")


def _teams_of(manager: User) -> Visibility:
    return replace(visibility_of(manager), everything=False, pool=False)


def _absence(now: datetime) -> None:
    """Somebody is away next week, so that the rules have whom to pass over."""
    away = User.objects.filter(memberships__role=Role.REP).exclude(username="rep").order_by("pk").first()
    if away is not None:
        first = now.date() + timedelta(days=3)
        last = first + timedelta(days=4)
        add_absence(person=away, first_day=first, last_day=last, note="年假", actor=None, now=now)


def _answers(
    pk: int,
    grade: str,
    amount: Decimal | None,
    captured_at: datetime,
    dice: random.Random,
    now: datetime,
) -> Qualification:
    likely = _LIKELY[grade]
    budget = dice.choice(likely.budget)
    named = budget == "named" and amount is not None
    return Qualification(
        lead_id=pk,
        budget=budget,
        budget_low=round(amount * Decimal("0.8"), -3) if named and amount else None,
        budget_high=round(amount * Decimal("1.2"), -3) if named and amount else None,
        need=dice.choice(likely.need),
        authority=dice.choice(likely.authority),
        purchase_by=now.date() + timedelta(days=dice.randint(*likely.days)),
        intent=dice.randint(*likely.intent),
        changed_at=min(now, captured_at + timedelta(days=dice.randint(1, 6))),
    )


def _costs(today: date) -> list[CostFacts]:
    channels = {channel.name: channel for channel in Channel.objects.all()}
    rows = []
    month = today.replace(day=1)
    for _ in range(13):
        following = (month + timedelta(days=32)).replace(day=1)
        rows += [
            CostFacts(start=month, end=following, amount=Decimal(amount), channel=channels[name])
            for name, amount in COSTS.items()
        ]
        rows += [
            CostFacts(
                start=date(month.year, of_month, day),
                end=date(month.year, of_month, day) + timedelta(days=days),
                amount=Decimal(FAIR_COST),
                channel=channels[company.FAIR],
                note=name,
            )
            for of_month, day, days, name in company.FAIRS
            if of_month == month.month and date(month.year, of_month, day) <= today
        ]
        month = (month - timedelta(days=1)).replace(day=1)
    return rows


def _form(now: datetime) -> None:
    facts = FormFacts(
        name="官网咨询",
        title="联系我们",
        intro="留下联系方式，我们会在一个工作日内与您联系。",
        button="提交",
        thanks="已收到，谢谢！",
        fields=[
            {"name": "customer", "required": True},
            {"name": "contact", "required": True},
            {"name": "phone", "required": True},
            {"name": "industry"},
            {"name": "first_need"},
        ],
        consent="我同意贵公司为联系我而保存以上信息，可随时要求删除。",
        channel=Channel.objects.get(name="官网注册"),
        source_detail="在线咨询",
    )
    create_form(facts=facts, actor=User.objects.get(username="marketing"), now=now)


def _view(now: datetime) -> None:
    save_view(
        name="未结束的 A 级线索",
        address="state=open&grade=A",
        sharing="everybody",
        actor=User.objects.get(username="ops"),
        now=now,
    )
