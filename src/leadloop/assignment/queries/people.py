"""Who could be given leads now, and what everybody has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from leadloop.assignment.engine import Loads, Person
from leadloop.assignment.models import Absence, Decision, Experience, Seller, Share
from leadloop.assignment.queries.policies import team_lines
from leadloop.assignment.rules import Policy, Rule
from leadloop.foundation.text import fold
from leadloop.leads.models import Lead, State
from leadloop.people.models import Membership, Role, User


def people(policy: Policy, now: datetime) -> list[Person]:
    """Everybody who sells, with what the policy asks of them. What it does not ask is not looked up."""
    lines = team_lines() if policy.names_teams else {}
    teams: dict[int, set[int]] = {}
    reps: set[int] = set()
    zones: dict[int, str] = {}
    rows = Membership.objects.filter(
        user__is_active=True, role__in=[Role.REP, Role.MANAGER], team__isnull=False
    )
    for user_id, role, team_id, zone in rows.values_list("user_id", "role", "team_id", "user__zone"):
        own = teams.setdefault(user_id, set())
        zones[user_id] = zone
        if role == Role.REP:
            reps.add(user_id)
            own |= lines.get(team_id, frozenset())
    sellers = {seller.person_id: seller for seller in Seller.objects.all()}
    experience = _experience() if policy.asks_experience else {}
    away = absent(zones, now)
    return [
        Person(
            id=pk,
            teams=frozenset(teams[pk]),
            rep=pk in reps,
            takes_leads=pk not in sellers or sellers[pk].takes_leads,
            absent=pk in away,
            cap=sellers[pk].open_leads if pk in sellers else None,
            experience=frozenset(experience.get(pk, ())),
        )
        for pk in sorted(teams)
    ]


def _experience() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for person, industry in Experience.objects.order_by().values_list("person_id", "industry"):
        found.setdefault(person, set()).add(fold(industry))
    return found


def absent(zones: dict[int, str], now: datetime) -> set[int]:
    """Who is away at ``now``, each by the day that it is where they are."""
    day = timedelta(days=1)
    near = Absence.objects.filter(last_day__gte=(now - day).date(), first_day__lte=(now + day).date())
    return {
        one.person_id
        for one in near
        if one.first_day <= now.astimezone(_zone(zones.get(one.person_id, ""))).date() <= one.last_day
    }


def zone_of(user: User) -> ZoneInfo:
    return _zone(user.zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return ZoneInfo(timezone.get_default_timezone_name())


_IS_OPEN = "leads_lead.state = 'open'"


def loads(policy: Policy, people: Iterable[Person], customers: Collection[int], now: datetime) -> Loads:
    """What everybody has at this moment, and who owns the customers that are asked about."""
    found = Loads(owners=owners_of(customers))
    # In words of its own: SQLite uses an index of open leads only when the statement says which state.
    held = Lead.objects.filter(owner__in=[person.id for person in people]).extra(where=[_IS_OPEN])  # noqa: S610 - a constant
    for owner, grade, count in held.order_by().values_list("owner", "grade").annotate(Count("pk")):
        found.add(owner, grade, count)
    for rule, person, turn in Share.objects.values_list("rule", "person_id", "last_turn"):
        found.last_turn[rule, person] = turn
        found.turn = max(found.turn, turn)
    for one in policy.rules:
        if one.quota:
            found.given += _given(one, now)
    return found


def _given(rule: Rule, now: datetime) -> Counter[tuple[str, int]]:
    assert rule.quota is not None
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=rule.quota.days - 1)
    rows = Decision.objects.filter(rule=rule.key, owner__isnull=False, decided_at__gte=since)
    counts = rows.order_by().values_list("owner").annotate(Count("pk"))
    return Counter({(rule.key, owner): count for owner, count in counts})


def owners_of(customers: Collection[int]) -> dict[int, int]:
    """Who works with each of these customers: the active owner of its open lead, the oldest one first."""
    rows = Lead.objects.filter(customer__in=list(customers), state=State.OPEN, owner__is_active=True)
    found: dict[int, int] = {}
    for customer, owner in rows.order_by("-captured_at", "-pk").values_list("customer", "owner"):
        found[customer] = owner
    return found
