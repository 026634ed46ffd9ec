"""Who decides at the demo company's customers, and what its people said about earlier warnings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from leadloop.chain.models import Member
from leadloop.cli.demo import company
from leadloop.cli.demo.names import GIVEN, SURNAMES
from leadloop.leads.models import Lead, State
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.rules import NEGOTIATION, Rule

BATCH = 500
KNOWN = {1: 0.0, 2: 0.35, 3: 0.8, 4: 0.95, 5: 1.0}
"""Canonical step of the stage -> of its open leads, those with a chain."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Somebody who is usually there: role, positions, whom they report to, and how likely they are known."""

    role: str
    titles: tuple[str, ...]
    above: int | None
    likely: float
    influence: int


PARTS = (
    _Part("decision_maker", ("总经理", "董事长", "分管副总"), None, 0.82, 3),
    _Part("technical", ("技术总监", "信息部经理", "总工程师"), 0, 0.75, 2),
    _Part("purchasing", ("采购经理", "采购主管"), 0, 0.6, 2),
    _Part("finance", ("财务总监", "财务经理"), 0, 0.35, 2),
    _Part("user", ("车间主任", "业务经理", "项目主管"), 1, 0.7, 1),
    _Part("user", ("计划员", "客服主管"), 1, 0.25, 1),
)
NOTES = (
    "关注投资回收期，希望先看到同行业的数字。",
    "倾向原供应商，担心切换影响交付。",
    "愿意做内部推动，需要我们提供对比材料。",
    "对数据安全要求高，需提供部署方案。",
)
RIGHT = {
    Rule.SILENT: 0.71,
    Rule.STAGE: 0.58,
    Rule.DECISION_MAKER: 0.83,
    Rule.NO_ACTION: 0.77,
    Rule.OVERDUE: 0.64,
}
"""How often people found warnings of the last months right."""
_ANYWHERE = tuple(rule for rule in RIGHT if rule != Rule.DECISION_MAKER)
JUDGED = 0.45
MONTHS = timedelta(days=120)


def write_chains(*, now: datetime) -> None:
    """Chains of open leads: the further a lead, the more of them are known, and hardly ever all."""
    dice = random.Random(company.SEED + 1)  # noqa: S311 - invented data
    rows = Lead.objects.filter(state=State.OPEN, owner__isnull=False, first_followed_up_at__isnull=False)
    found = list(rows.select_related("stage", "contact").order_by("pk"))
    chains = [list(_chain(lead, dice, now)) for lead in found if dice.random() < KNOWN[lead.stage.canonical]]
    with transaction.atomic():
        Member.objects.bulk_create((one for chain in chains for one, _ in chain), batch_size=BATCH)
        below = [
            _reporting(chain, one, above) for chain in chains for one, above in chain if above is not None
        ]
        Member.objects.bulk_update((one for one in below if one.reports_to_id), ["reports_to"], BATCH)


def _chain(lead: Lead, dice: random.Random, now: datetime) -> Iterator[tuple[Member, int | None]]:
    """(somebody, the part that they report to); the lead's own contact is one of them."""
    parts = [part for part in PARTS if dice.random() < part.likely] or [PARTS[0]]
    own = dice.randrange(len(parts))
    for place, part in enumerate(parts):
        yield _member(lead, part, dice, now, own=place == own), part.above


def _member(lead: Lead, part: _Part, dice: random.Random, now: datetime, *, own: bool) -> Member:
    contact = lead.contact if own else None
    stance = dice.choice((None, -2, -1, 0, 0, 1, 1, 1, 2))
    met = own or dice.random() < (0.75 if part.above is not None else 0.5)
    spoken = lead.last_followed_up_at or lead.captured_at
    return Member(
        lead=lead,
        contact=contact,
        own_name="" if contact else dice.choice(list(SURNAMES)) + dice.choice(GIVEN),
        own_title="" if contact else dice.choice(part.titles),
        role=part.role,
        stance=stance,
        influence=part.influence,
        met_at=min(spoken, now) if met else None,
        note=dice.choice(NOTES) if dice.random() < 0.2 else "",
        changed_at=now,
        changed_by_id=lead.owner_id,
    )


def _reporting(chain: list[tuple[Member, int | None]], one: Member, above: int) -> Member:
    """To whoever has the part above; where nobody is known, to nobody."""
    role = PARTS[above].role
    boss = next((other for other, _ in chain if other.role == role and other is not one), None)
    one.reports_to = boss
    return one


def judge_warnings(*, now: datetime) -> None:
    """Warnings of the last months that are over, with what people said about some of them."""
    dice = random.Random(company.SEED + 2)  # noqa: S311 - invented data
    rows = Lead.objects.filter(owner__isnull=False, first_followed_up_at__gte=now - MONTHS)
    found = rows.order_by("pk").values_list("pk", "owner_id", "first_followed_up_at", "stage__canonical")
    alerts = (
        _over(lead, owner, first, step, dice, now)
        for lead, owner, first, step in found
        if first and owner and dice.random() < 0.25
    )
    Alert.objects.bulk_create((alert for alert in alerts if alert.ended_at), batch_size=BATCH)


def _over(lead: int, owner: int, first: datetime, step: int, dice: random.Random, now: datetime) -> Alert:
    rule = dice.choice(tuple(RIGHT) if step >= NEGOTIATION else _ANYWHERE)
    since = first + timedelta(days=dice.randint(3, 16))
    ended = since + timedelta(days=dice.randint(1, 6), hours=dice.randint(0, 8))
    judged = dice.random() < JUDGED
    outcome = (Outcome.RIGHT if dice.random() < RIGHT[rule] else Outcome.WRONG) if judged else ""
    return Alert(
        lead_id=lead,
        rule=rule.value,
        anchor=first,
        since=since,
        facts={"limit": 14.0} if rule == Rule.STAGE else {},
        noticed_at=since,
        # Later than now: it would not be over, so it is none of these.
        ended_at=ended if ended < now else None,
        told=True,
        acted_at=ended if dice.random() < 0.5 else None,
        outcome=outcome,
        outcome_at=ended if judged else None,
        outcome_by_id=owner if judged else None,
    )
