"""Who could be given leads now, and what everybody has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from leadloop.assignment.engine import Loads, Person
from leadloop.assignment.models import Absence, Decision, Experience, Seller
from leadloop.assignment.queries.policies import team_lines
from leadloop.assignment.rules import Policy, Rule
from leadloop.foundation.rows import ask
from leadloop.foundation.text import fold
from leadloop.leads.models import Lead, State
from leadloop.people.kept import Kept, own
from leadloop.people.models import Membership, Role, User


@dataclass(frozen=True, slots=True)
class _Staff:
    """Everybody who sells, and what is known of them that changes rarely."""

    users: Mapping[int, User]
    places: Sequence[tuple[int, str, int]]
    """Person, role, team."""
    sellers: Mapping[int, Seller]
    experience: Mapping[int, frozenset[str]]
    absences: Sequence[Absence]


def _read_staff() -> _Staff:
    rows = Membership.objects.filter(
        user__is_active=True, role__in=[Role.REP, Role.MANAGER], team__isnull=False
    )
    places = list(rows.order_by("pk").values_list("user_id", "role", "team_id"))
    users = User.objects.defer("password", "last_login").in_bulk({user for user, _, _ in places})
    known: dict[int, set[str]] = {}
    for person, industry in Experience.objects.order_by().values_list("person_id", "industry"):
        known.setdefault(person, set()).add(fold(industry))
    return _Staff(
        users,
        [(user, role, team) for user, role, team in places if team is not None],
        {seller.person_id: seller for seller in Seller.objects.all()},
        {person: frozenset(industries) for person, industries in known.items()},
        list(Absence.objects.all()),
    )


_staff = Kept(_read_staff)
_people: Kept[dict[tuple[bool, bool, frozenset[int]], tuple[Person, ...]]] = Kept(dict)
"""By what the policy asks, and who is away."""


def seller(pk: int) -> User:
    """Somebody of :func:`people`."""
    return own(_staff().users[pk])


def people(policy: Policy, now: datetime) -> tuple[Person, ...]:
    """Everybody who sells, with what the policy asks of them."""
    staff, made = _staff(), _people()
    away = absent({pk: user.zone for pk, user in staff.users.items()}, now)
    asked = policy.names_teams, policy.asks_experience, frozenset(away & staff.users.keys())
    if asked not in made:
        made[asked] = _made_people(staff, *asked)
    return made[asked]


def _made_people(
    staff: _Staff, with_teams: bool, with_experience: bool, away: frozenset[int]
) -> tuple[Person, ...]:
    lines = team_lines() if with_teams else {}
    teams: dict[int, set[int]] = {}
    reps: set[int] = set()
    for user_id, role, team_id in staff.places:
        own_teams = teams.setdefault(user_id, set())
        if role == Role.REP:
            reps.add(user_id)
            own_teams |= lines.get(team_id, frozenset())
    sellers = staff.sellers
    return tuple(
        Person(
            id=pk,
            teams=frozenset(teams[pk]),
            rep=pk in reps,
            takes_leads=pk not in sellers or sellers[pk].takes_leads,
            absent=pk in away,
            cap=sellers[pk].open_leads if pk in sellers else None,
            experience=staff.experience.get(pk, frozenset()) if with_experience else frozenset(),
        )
        for pk in sorted(teams)
    )


def absent(zones: Mapping[int, str], now: datetime) -> set[int]:
    """Who is away at ``now``, each by the day that it is where they are."""
    day = timedelta(days=1)
    first, last = (now - day).date(), (now + day).date()
    return {
        one.person_id
        for one in _staff().absences
        if one.last_day >= first
        and one.first_day <= last
        and one.first_day <= now.astimezone(_zone(zones.get(one.person_id, ""))).date() <= one.last_day
    }


def zone_of(user: User) -> ZoneInfo:
    return _zone(user.zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return ZoneInfo(timezone.get_default_timezone_name())


_HELD = "SELECT owner_id, grade, sum(leads) FROM assignment_load GROUP BY owner_id, grade"


def loads(policy: Policy, customers: Collection[int], now: datetime) -> Loads:
    """What everybody has at this moment, and who owns the customers that are asked about."""
    found = Loads(owners=owners_of(customers))
    for owner, grade, count in ask(_HELD):
        found.add(owner, grade, int(count))
    for rule, person, turn in ask("SELECT rule, person_id, last_turn FROM assignment_share"):
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


_OWNER = """
SELECT lead.owner_id FROM leads_lead lead JOIN people_user person ON person.id = lead.owner_id
WHERE lead.customer_id = %s AND lead.state = 'open' AND person.is_active
ORDER BY lead.captured_at, lead.id LIMIT 1
"""


def owners_of(customers: Collection[int]) -> dict[int, int]:
    """Who works with each of these customers: the active owner of its open lead, the oldest one first."""
    if len(customers) == 1:
        return {customer: owner for customer in customers for (owner,) in ask(_OWNER, customer)}
    rows = Lead.objects.filter(customer__in=list(customers), state=State.OPEN, owner__is_active=True)
    found: dict[int, int] = {}
    for customer, owner in rows.order_by("-captured_at", "-pk").values_list("customer", "owner"):
        found[customer] = owner
    return found
