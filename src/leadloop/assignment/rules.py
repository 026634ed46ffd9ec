"""The rules of assignment as data: read, checked, matched. No table is touched.

What stands in a policy is never trusted: a rule that cannot be read is kept with its ``problem``, shown
as broken and passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import fold

CONDITIONS: Mapping[str, Message] = MappingProxyType(
    {
        "region": msg("region"),
        "industry": msg("industry"),
        "size": msg("company size"),
        "channel": msg("channel"),
        "grade": msg("grade"),
    }
)
"""What a condition may ask of a lead. ``channel`` holds ids as text and means the channels below, too."""

SHARES: Mapping[str, Message] = MappingProxyType(
    {
        "fewest_open_of_grade": msg("the fewest open leads of that grade"),
        "fewest_open": msg("the fewest open leads"),
        "round_robin": msg("in turn"),
    }
)
EXPERIENCE: Mapping[str, Message] = MappingProxyType(
    {
        "": msg("anybody"),
        "prefer": msg("first those who know the industry"),
        "need": msg("only those who know the industry"),
    }
)
WHEN_FULL: Mapping[str, Message] = MappingProxyType(
    {"next": msg("ask the next rule"), "pool": msg("into the pool")}
)
MOST_RULES = 200
MOST = 100_000
EVERYBODY = "everybody"
"""Key of the rule after the last one."""


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    values: tuple[str, ...]

    def holds(self, case: Case) -> bool:
        wanted = {fold(value) for value in self.values}
        return not wanted.isdisjoint(case.values(self.field))


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules know of one lead."""

    lead_id: int
    customer_id: int
    grade: str = ""
    region: str = ""
    industry: str = ""
    size: str = ""
    channels: frozenset[str] = frozenset()
    """Ids of its channel and of those above it."""

    def values(self, name: str) -> Iterable[str]:
        if name == "channel":
            return self.channels
        return (fold(str(getattr(self, name))),)


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``leads`` a person from one rule in ``days`` calendar days (1 is today)."""

    leads: int
    days: int


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    key: str
    name: str = ""
    conditions: tuple[Condition, ...] = ()
    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    share: str = "fewest_open_of_grade"
    experience: str = ""
    quota: Quota | None = None
    when_full: str = "next"
    to_pool: bool = False
    problem: Message | None = None

    def fits(self, case: Case) -> bool:
        return self.problem is None and all(condition.holds(case) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Policy:
    """``otherwise`` stands after the last rule; None where leads that no rule fits go to the pool."""

    rules: tuple[Rule, ...] = ()
    otherwise: Rule | None = None
    skip_absent: bool = True
    cap: int = 0
    """Open leads a person; 0 is no cap."""
    stays_with_owner: bool = True

    @property
    def asks_channels(self) -> bool:
        return any(one.field == "channel" for rule in self.rules for one in rule.conditions)

    @property
    def asks_experience(self) -> bool:
        return any(rule.experience for rule in self.rules) or bool(
            self.otherwise and self.otherwise.experience
        )

    @property
    def names_teams(self) -> bool:
        return any(rule.teams for rule in self.rules)

    def fitting(self, case: Case) -> Iterator[Rule]:
        yield from (rule for rule in self.rules if rule.fits(case))
        if self.otherwise is not None:
            yield self.otherwise


def read(data: Mapping[str, Any]) -> Policy:
    """The policy as far as it can be read."""
    rows = data.get("rules")
    rules = tuple(_rule(row, n) for n, row in enumerate(rows if isinstance(rows, list) else [], start=1))
    share = data.get("then") if data.get("then") in SHARES else "fewest_open_of_grade"
    everybody = Rule(
        number=0, key=EVERYBODY, share=str(share), experience=_one_of(data, "experience", EXPERIENCE)
    )
    return Policy(
        rules=rules,
        otherwise=None if data.get("otherwise") == "pool" else everybody,
        skip_absent=bool(data.get("skip_absent", True)),
        cap=_whole(data.get("open_leads_per_person", 0)) or 0,
        stays_with_owner=bool(data.get("customer_stays_with_owner", True)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Ids that exist now: what a rule may point at."""

    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    channels: frozenset[str] = field(default_factory=frozenset)


def gaps(rule: Rule, known: Known) -> Message | None:
    """Why a rule gives leads to fewer people, or to nobody, since it was written."""
    if rule.problem is not None:
        return rule.problem
    if rule.to_pool or not (rule.people or rule.teams):
        return None
    if not rule.people & known.people and not rule.teams & known.teams:
        return msg("Everybody whom it names has left.")
    if rule.people - known.people or rule.teams - known.teams:
        return msg("Somebody whom it names has left.")
    return None


def check(data: Mapping[str, Any], known: Known) -> None:
    """Raise :class:`DataError` with the number of the rule unless everything can be read and works."""
    rows = data.get("rules", [])
    if not isinstance(rows, list) or len(rows) > MOST_RULES:
        raise DataError(msg("At most %(most)s rules.", most=MOST_RULES), field="rules")
    keys: set[str] = set()
    for rule in read(data).rules:
        if why := rule.problem or _wrong(rule, known, keys):
            raise DataError(msg("Rule %(number)s: %(why)s", number=rule.number, why=why), field="rules")
        keys.add(rule.key)
    if _whole(data.get("open_leads_per_person", 0)) is None:
        raise DataError(msg("The cap is a whole number; 0 is no cap."), field="open_leads_per_person")
    if data.get("then", "fewest_open_of_grade") not in SHARES:
        raise DataError(msg("Choose how leads are shared out."), field="then")


def _wrong(rule: Rule, known: Known, keys: set[str]) -> Message | None:
    if rule.key in keys:
        return msg("Its key is another rule's.")
    if strange := rule.people - known.people:
        return msg("There is no such person (%(id)s).", id=min(strange))
    if strange := rule.teams - known.teams:
        return msg("There is no such team (%(id)s).", id=min(strange))
    channels = {value for one in rule.conditions if one.field == "channel" for value in one.values}
    if channels - known.channels:
        return msg("There is no such channel any more.")
    return None


def _rule(row: Any, number: int) -> Rule:
    if not isinstance(row, Mapping):
        return Rule(number=number, key=f"rule-{number}", problem=msg("It cannot be read."))
    key, name = str(row.get("key") or f"rule-{number}")[:60], str(row.get("name") or "")[:120]
    try:
        return Rule(
            number=number,
            key=key,
            name=name,
            conditions=_conditions(row.get("when") or {}),
            people=_ids(row.get("people")),
            teams=_ids(row.get("teams")),
            share=_one_of(row, "share", SHARES) or "fewest_open_of_grade",
            experience=_one_of(row, "experience", EXPERIENCE),
            quota=_quota(row.get("quota")),
            when_full=_one_of(row, "when_full", WHEN_FULL) or "next",
            to_pool=bool(row.get("to_pool")),
        )
    except DataError as error:
        return Rule(number=number, key=key, name=name, problem=error.message)


def conditions_of(when: Any) -> tuple[Condition, ...]:
    """Conditions that must all hold; :class:`DataError` for what is none."""
    return _conditions(when or {})


def _conditions(when: Any) -> tuple[Condition, ...]:
    if not isinstance(when, Mapping):
        raise DataError(msg("Its conditions cannot be read."))
    found = []
    for name, values in when.items():
        if name not in CONDITIONS:
            raise DataError(
                msg("It asks for “%(field)s”, which leads do not have any more.", field=str(name))
            )
        listed = [values] if isinstance(values, str) else values
        if not isinstance(listed, list | tuple):
            raise DataError(msg("Its conditions cannot be read."))
        texts = tuple(str(value).strip() for value in listed if str(value).strip())
        if texts:
            found.append(Condition(name, texts))
    return tuple(found)


def _ids(values: Any) -> frozenset[int]:
    try:
        return frozenset(int(value) for value in values or ())
    except (TypeError, ValueError):
        raise DataError(msg("The people or teams that it names cannot be read.")) from None


def _one_of(row: Mapping[str, Any], name: str, known: Mapping[str, Message]) -> str:
    value = row.get(name) or ""
    if value and value not in known:
        raise DataError(msg("“%(value)s” is not known here.", value=str(value)[:60]))
    return str(value)


def _quota(value: Any) -> Quota | None:
    if not value:
        return None
    leads = _whole(value.get("leads")) if isinstance(value, Mapping) else None
    days = _whole(value.get("days", 1)) if isinstance(value, Mapping) else None
    if not leads or not days or days > 366:
        raise DataError(msg("A quota is a number of leads in 1 to 366 days."))
    return Quota(leads, days)


def _whole(value: Any) -> int | None:
    """A whole number from 0 on; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        return None
    return value
