"""Who gets a lead, and why: a decision over numbers in memory, the same for one lead and for ten thousand.

Rehearsals and real assignments run through here; only where the numbers come from differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadloop.assignment.rules import Case, Policy, Rule
from leadloop.foundation.text import fold


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be given leads. ``teams``: the own ones and those above them."""

    id: int
    teams: frozenset[int] = frozenset()
    rep: bool = True
    """Only representatives stand in for a team and for everybody; managers are named one by one."""
    takes_leads: bool = True
    absent: bool = False
    cap: int | None = None
    """Own cap instead of the policy's; 0 is none."""
    experience: frozenset[str] = frozenset()


@dataclass(slots=True)
class Loads:
    """What everybody has. Grows with every lead that is given."""

    open: Counter[int] = field(default_factory=Counter)
    of_grade: Counter[tuple[int, str]] = field(default_factory=Counter)
    given: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Rule and person -> leads within the rule's quota period."""
    last_turn: dict[tuple[str, int], int] = field(default_factory=dict)
    turn: int = 0
    owners: dict[int, int] = field(default_factory=dict)
    """Customer -> who owns its open leads."""

    def add(self, person: int, grade: str, count: int = 1) -> None:
        self.open[person] += count
        self.of_grade[person, grade] += count


@dataclass(frozen=True, slots=True)
class Pick:
    """``owner`` None: into the pool. ``why``: keys and numbers, see :mod:`.wording`."""

    owner: int | None
    how: str
    rule: str
    why: Mapping[str, Any]


class Desk:
    def __init__(self, policy: Policy, people: Iterable[Person], loads: Loads) -> None:
        self.policy = policy
        self.people = {person.id: person for person in people}
        self.loads = loads

    def assign(self, case: Case) -> Pick:
        """Decide, and count the lead as given."""
        pick = self.pick(case)
        if pick.owner is not None:
            loads = self.loads
            loads.turn += 1
            loads.add(pick.owner, case.grade)
            loads.owners.setdefault(case.customer_id, pick.owner)
            loads.given[pick.rule, pick.owner] += 1
            loads.last_turn[pick.rule, pick.owner] = loads.turn
        return pick

    def pick(self, case: Case) -> Pick:
        if self.policy.stays_with_owner and (owner := self.loads.owners.get(case.customer_id)):
            # One customer, one owner: stronger than caps and absence, or there would be two.
            return Pick(owner, "customer", "", {"code": "customer"})
        passed: list[dict[str, Any]] = []
        for rule in self.policy.fitting(case):
            if rule.to_pool:
                return _to_pool({"code": "rule_pool", **_named(rule)})
            free, busy = self._free(rule, case)
            if free:
                return self._chosen(rule, free, case, passed)
            passed.append({**_named(rule), **busy})
            if rule.when_full == "pool":
                break
        return _to_pool({"code": "nobody", "passed": passed[-3:]} if passed else {"code": "no_rule"})

    def _chosen(self, rule: Rule, free: list[Person], case: Case, passed: list[dict[str, Any]]) -> Pick:
        expert = [person for person in free if self._knows(person, case)]
        preferred = bool(rule.experience and expert)
        chosen = min(expert if preferred else free, key=lambda person: self._order(rule, person, case))
        why: dict[str, Any] = {
            "code": "rule",
            **_named(rule),
            "share": rule.share,
            "grade": case.grade,
            "open": self.loads.open[chosen.id],
            "of_grade": self.loads.of_grade[chosen.id, case.grade],
            "among": len(free),
        }
        if cap := self._cap(chosen):
            why["cap"] = cap
        if rule.quota:
            why["quota"] = [self.loads.given[rule.key, chosen.id] + 1, rule.quota.leads, rule.quota.days]
        if preferred:
            why["experience"] = True
        if passed:
            why["passed"] = passed[-3:]
        return Pick(chosen.id, "rule", rule.key, why)

    def _order(self, rule: Rule, person: Person, case: Case) -> tuple[int, ...]:
        """Smallest first. Equal ones in turn, so that nobody is first by having the lowest number."""
        turn = self.loads.last_turn.get((rule.key, person.id), 0)
        if rule.share == "round_robin":
            return (turn, person.id)
        count = self.loads.open[person.id]
        if rule.share == "fewest_open_of_grade":
            return (self.loads.of_grade[person.id, case.grade], count, turn, person.id)
        return (count, turn, person.id)

    def _free(self, rule: Rule, case: Case) -> tuple[list[Person], dict[str, int]]:
        """Who may be given the lead; and how many may not, for which reason."""
        free: list[Person] = []
        busy: Counter[str] = Counter()
        for person in self._meant(rule):
            if why := self._why_not(person, rule, case):
                busy[why] += 1
            else:
                free.append(person)
        return free, dict(busy)

    def _meant(self, rule: Rule) -> Iterable[Person]:
        if not rule.people and not rule.teams:
            return (person for person in self.people.values() if person.rep)
        return (
            person
            for person in self.people.values()
            if person.id in rule.people or (person.rep and not rule.teams.isdisjoint(person.teams))
        )

    def _why_not(self, person: Person, rule: Rule, case: Case) -> str:
        if not person.takes_leads:
            return "not_taking"
        if person.absent and self.policy.skip_absent:
            return "absent"
        if rule.experience == "need" and not self._knows(person, case):
            return "inexperienced"
        cap = self._cap(person)
        if cap and self.loads.open[person.id] >= cap:
            return "full"
        if rule.quota and self.loads.given[rule.key, person.id] >= rule.quota.leads:
            return "quota"
        return ""

    def _cap(self, person: Person) -> int:
        return self.policy.cap if person.cap is None else person.cap

    def _knows(self, person: Person, case: Case) -> bool:
        return bool(case.industry) and fold(case.industry) in person.experience


def _named(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.number, "name": rule.name} if rule.number else {"rule": 0}


def _to_pool(why: dict[str, Any]) -> Pick:
    return Pick(None, "pool", "", why)
