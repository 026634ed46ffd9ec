"""The policies as they hold now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from leadloop.analysis.scope import PoolSight
from leadloop.assignment import pools, rules
from leadloop.assignment.pools import PoolPolicy
from leadloop.assignment.rules import Known, Policy
from leadloop.leads.models import Channel
from leadloop.people.kept import Kept
from leadloop.people.models import Team, User
from leadloop.people.queries import sellers
from leadloop.process.models import Process, Version
from leadloop.process.queries import current_version


@dataclass(frozen=True, slots=True)
class Holding:
    """The rules of a process as they hold now, and the version that says so."""

    version: Version
    policy: Policy


def holding(process: Process) -> Holding:
    version = current_version(process)
    read = _policies()
    if version.pk not in read:
        read[version.pk] = rules.read(version.policies.get("assignment", {}))
    return Holding(version, read[version.pk])


_policies: Kept[dict[int, Policy]] = Kept(dict)
"""By version, read when they are first asked for."""


def pool_policy(process: Process) -> PoolPolicy:
    return pools.read(current_version(process).policies.get("pool", {}))


def conflict_policy(process: Process) -> Mapping[str, Any]:
    found: Mapping[str, Any] = current_version(process).policies.get("conflict", {})
    return found


def pool_policies() -> dict[Process, PoolPolicy]:
    """Of every process in use, in one query."""
    return {version.process: pools.read(version.policies.get("pool", {})) for version in _current()}


def _current() -> QuerySet[Version]:
    published = Version.objects.filter(published_at__isnull=False)
    newer = published.filter(process=OuterRef("process"), number__gt=OuterRef("number"))
    return published.filter(~Exists(newer), process__retired_at=None).select_related("process")


def known() -> Known:
    """What rules may point at now."""
    return Known(
        people=frozenset(sellers().order_by().values_list("pk", flat=True)),
        teams=frozenset(Team.objects.order_by().values_list("pk", flat=True)),
        channels=frozenset(str(pk) for pk in Channel.objects.order_by().values_list("pk", flat=True)),
    )


def sights(teams: frozenset[int]) -> tuple[PoolSight, ...]:
    """The pools of every process as representatives of ``teams`` see them."""
    policies = pool_policies()
    if all(_plain(policy) for policy in policies.values()):
        # The usual case: one pool for everybody, nothing of whose contacts is shown. Nothing to tell apart.
        return ()
    lines = team_lines()
    above = frozenset().union(*(lines.get(team, frozenset()) for team in teams)) if teams else teams
    below = channels_below()
    return tuple(
        sight
        for process, policy in policies.items()
        for sight in pools.sights(policy, process.key, above, below)
    )


def _plain(policy: PoolPolicy) -> bool:
    common = policy.pools[-1]
    return len(policy.pools) == 1 and common.listed and not common.seen_by and "contact" not in common.shown


def team_lines() -> Mapping[int, frozenset[int]]:
    """Team -> itself and the teams above it."""
    return _team_lines()


def channel_lines() -> Mapping[int, frozenset[int]]:
    """Channel -> itself and the channels above it."""
    return _channel_lines()


def channels_below() -> Callable[[str], Iterable[str]]:
    lines: Mapping[int, frozenset[int]] | None = None

    def below(value: str) -> Iterable[str]:
        nonlocal lines
        lines = channel_lines() if lines is None else lines
        return (str(pk) for pk, line in lines.items() if value in {str(one) for one in line})

    return below


def _lines(parents: Mapping[int, int | None]) -> dict[int, frozenset[int]]:
    """A cycle, which no operation makes but a hand in the database could, ends where it began."""
    found: dict[int, frozenset[int]] = {}
    for pk in parents:
        line: set[int] = set()
        at: int | None = pk
        while at is not None and at not in line:
            line.add(at)
            at = parents.get(at)
        found[pk] = frozenset(line)
    return found


_team_lines = Kept(lambda: _lines(dict(Team.objects.order_by().values_list("pk", "parent_id"))))
_channel_lines = Kept(lambda: _lines(dict(Channel.objects.order_by().values_list("pk", "parent_id"))))


def names(people: Iterable[int], teams: Iterable[int], channels: Iterable[str]) -> dict[str, dict[str, str]]:
    """Names of what rules point at, by kind and id as text."""
    wanted = [int(value) for value in channels if value.isdigit()]
    return {
        "people": {str(user.pk): str(user) for user in User.objects.filter(pk__in=list(people))},
        "teams": {str(team.pk): team.name for team in Team.objects.filter(pk__in=list(teams))},
        "channels": {str(one.pk): one.name for one in Channel.objects.filter(pk__in=wanted)},
    }
