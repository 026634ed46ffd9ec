"""Which warnings hold for an open lead. Pure.

Written rules, each with a test:

- A warning is about an open lead that somebody owns. What is not yet followed up is a matter of the clocks.
- *Silent*: the last contact that the customer answered is too long ago; when none was answered, the first.
- *Quotations*: so many versions within so many days, and the last of them is not older than that either.
- *Stage too long*: in this stage for longer than four fifths of the won leads were; while too few were
  won, than twice what the process expects.
- *No decision maker*: in the negotiation stage, and nobody who decides was met.
- *No next action*: of a grade that has a cadence, followed up so many days ago, and nothing is planned.
- *Action overdue*: the next action has been due for so many days.
- The anchor is the moment that a rule counts from. A rule that stops holding and holds again from the same
  anchor is the same warning; from another anchor it is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

NEGOTIATION = 5
"""Among the canonical steps."""


class Rule(StrEnum):
    SILENT = "silent"
    QUOTATIONS = "quotations"
    STAGE = "stage"
    DECISION_MAKER = "decision_maker"
    NO_ACTION = "no_action"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Policy:
    """``[warnings]`` of a process. None or False: the rule is off."""

    silent_days: float | None = None
    quotations: int | None = None
    quotations_days: float = 14
    percentile: float = 80
    at_least_won: int = 30
    expected_times: float | None = None
    """None: no warning about long stages at all."""
    decision_maker: bool = False
    no_action_days: float | None = None
    overdue_days: float | None = None


def read(data: Mapping[str, Any]) -> Policy:
    """A policy as far as it can be read; what cannot be is off."""
    quotations = _table(data, "quotation_versions")
    stage = _table(data, "stage_longer_than")
    count = _number(quotations.get("count"))
    missing = data.get("next_action_missing")
    return Policy(
        silent_days=_number(data.get("silent_days")),
        quotations=None if count is None else int(count),
        quotations_days=_number(quotations.get("within_days")) or 14,
        percentile=min(_number(stage.get("percentile")) or 80, 99),
        at_least_won=int(_number(stage.get("at_least_won")) or 30),
        expected_times=_number(stage.get("else_expected_times")) if stage else None,
        decision_maker=data.get("negotiation_without_decision_maker") is True,
        no_action_days=_days(missing),
        overdue_days=_days(data.get("next_action_overdue", missing)),
    )


class StageTime(NamedTuple):
    """How long a stage may take."""

    days: float
    learned: bool = False


class Facts(NamedTuple):
    """What is known of one lead that is open and owned."""

    grade: str
    canonical: int
    stage_since: datetime
    limit: StageTime | None
    """None: nothing is known of this stage, or it is the last."""
    first_contact: datetime | None
    last_contact: datetime | None
    heard: datetime | None
    """The last contact that was answered."""
    due: datetime | None
    """Of the next action."""
    met: bool
    """A decision maker was met."""
    cadence: bool
    """The grade asks for a next contact."""
    quoted: Sequence[datetime] = ()
    """When versions of quotations were sent, in order."""


class Hit(NamedTuple):
    rule: Rule
    anchor: datetime
    since: datetime
    facts: Mapping[str, Any] = MappingProxyType({})


def holding(facts: Facts, policy: Policy, now: datetime) -> Iterator[Hit]:
    """The rules that hold at ``now``, at most one hit each."""
    for rule in _RULES:
        hit = rule(facts, policy, now)
        if hit is not None and hit.since <= now:
            yield hit


def _silent(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    anchor = facts.heard or facts.first_contact
    if policy.silent_days is None or anchor is None:
        return None
    return Hit(Rule.SILENT, anchor, anchor + timedelta(days=policy.silent_days))


def _quotations(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    if policy.quotations is None or len(facts.quoted) < policy.quotations:
        return None
    window = timedelta(days=policy.quotations_days)
    sent = [at for at in facts.quoted if now - window < at <= now]
    if len(sent) < policy.quotations:
        return None
    anchor, since = _first_run(facts.quoted, policy.quotations, window, sent)
    return Hit(Rule.QUOTATIONS, anchor, since, {"count": len(sent), "days": policy.quotations_days})


def _first_run(
    quoted: Sequence[datetime], count: int, window: timedelta, sent: Sequence[datetime]
) -> tuple[datetime, datetime]:
    """Where the run that reaches until now began: its first version, and the one that was too many."""
    start = quoted.index(sent[0])
    while start > 0 and quoted[start + count - 2] - quoted[start - 1] < window:
        start -= 1
    return quoted[start], quoted[start + count - 1]


def _stage(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    if policy.expected_times is None or facts.limit is None or facts.first_contact is None:
        return None
    since = facts.stage_since + timedelta(days=facts.limit.days)
    said: dict[str, Any] = {"limit": round(facts.limit.days, 1)}
    if facts.limit.learned:
        said["share"] = policy.percentile
    return Hit(Rule.STAGE, facts.stage_since, since, said)


def _decision_maker(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    if not policy.decision_maker or facts.canonical != NEGOTIATION or facts.met:
        return None
    return Hit(Rule.DECISION_MAKER, facts.stage_since, facts.stage_since)


def _no_action(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    last = facts.last_contact
    if policy.no_action_days is None or not facts.cadence or facts.due is not None or last is None:
        return None
    return Hit(Rule.NO_ACTION, last, last + timedelta(days=policy.no_action_days))


def _overdue(facts: Facts, policy: Policy, now: datetime) -> Hit | None:
    if policy.overdue_days is None or facts.due is None:
        return None
    return Hit(Rule.OVERDUE, facts.due, facts.due + timedelta(days=policy.overdue_days))


_RULES = (_silent, _quotations, _stage, _decision_maker, _no_action, _overdue)


@dataclass(frozen=True, slots=True)
class Open:
    """A warning that is stored as open."""

    id: int
    lead: int
    rule: str
    anchor: datetime


@dataclass(slots=True)
class Difference:
    """From what is stored to what holds."""

    begin: list[tuple[int, Hit]] = field(default_factory=list)
    end: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.begin or self.end)

    @property
    def leads(self) -> set[int]:
        return {lead for lead, _ in self.begin}


def difference(holds: Mapping[int, Sequence[Hit]], stored: Sequence[Open]) -> Difference:
    """What has to be written so that exactly ``holds`` is open; nothing when it is already."""
    found = Difference()
    wanted = {(lead, hit.rule.value, hit.anchor): hit for lead, hits in holds.items() for hit in hits}
    for row in stored:
        if wanted.pop((row.lead, row.rule, row.anchor), None) is None:
            found.end.append(row.id)
    # In one order everywhere, so that two writers do not wait for each other in a circle.
    found.begin = [(key[0], wanted[key]) for key in sorted(wanted)]
    return found


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3_650:
        return None
    return float(value)


def _days(value: Any) -> float | None:
    """``{ after_days = 1 }``; ``true``, as older versions have it, is one day."""
    if value is True:
        return 1.0
    if isinstance(value, Mapping):
        days = value.get("after_days")
        if isinstance(days, int | float) and not isinstance(days, bool) and 0 <= days <= 3_650:
            return float(days)
    return None
