"""Which leads a manager should look at, and who disagrees with whom. Conditions of queries, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from leadloop.foundation.messages import Message, msg
from leadloop.grading.rules import GRADES
from leadloop.grading.standing import RULE
from leadloop.leads.models import COUNTED, Lead, State
from leadloop.leads.queries import visible
from leadloop.people import permissions as people
from leadloop.people.models import Role, User

NO_GRADE = "-"
"""In an address: "has none"."""

_SAID = Q(grading__rep_grade__gt="", grading__rule_grade__gt="")
WORTH_A_LOOK: Mapping[str, Q] = {
    "disagree": _SAID
    & ~Q(grading__rep_grade=F("grading__rule_grade"))
    & (Q(grading__manager_at=None) | Q(grading__manager_at__lt=F("grading__rep_at"))),
    "ended": Q(grading__held_by=RULE, grading__graded_at__gt=F("grading__manager_at"))
    & Q(grading__manager_grade__gt="")
    & ~Q(grading__manager_grade=F("grade")),
    "new": Q(grade="A", grading__manager_at=None),
}
"""Why a lead waits for a manager, the most urgent first."""

TITLES: Mapping[str, Message] = {
    "disagree": msg("Salesperson and rules disagree"),
    "ended": msg("A correction has ended"),
    "new": msg("New A leads"),
}


def to_review(user: User) -> QuerySet[Lead]:
    """Open leads whose grades this person may judge."""
    leads = visible(user).filter(state=State.OPEN)
    if Role.OPS in people.roles_of(user):
        return leads
    return leads.filter(team__in=people.visibility_of(user).team_ids)


def waiting(user: User, why: str = "") -> QuerySet[Lead]:
    """Those of :func:`to_review` that are worth a look, for one reason or for any."""
    wanted = [WORTH_A_LOOK[why]] if why in WORTH_A_LOOK else list(WORTH_A_LOOK.values())
    condition = Q()
    for one in wanted:
        condition |= one
    return to_review(user).filter(condition)


def waiting_counts(user: User) -> dict[str, int]:
    counts = {why: Count("pk", filter=condition) for why, condition in WORTH_A_LOOK.items()}
    any_reason = Q()
    for condition in WORTH_A_LOOK.values():
        any_reason |= condition
    found: dict[str, int] = to_review(user).aggregate(**counts, all=Count("pk", filter=any_reason))
    return found


JUDGES: Mapping[str, str] = {
    "rule": "grading__rule_grade",
    "rep": "grading__rep_grade",
    "manager": "grading__manager_grade",
}
JUDGE_TITLES: Mapping[str, Message] = {
    "rule": msg("rules"),
    "rep": msg("salesperson"),
    "manager": msg("manager"),
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """How often two judges gave which pair of grades to the same lead."""

    rows: str
    columns: str
    counts: Mapping[tuple[str, str], int]

    @property
    def judged(self) -> int:
        return sum(self.counts.values())

    @property
    def agreed(self) -> int:
        return sum(count for (one, other), count in self.counts.items() if one == other)

    @property
    def agreement(self) -> float | None:
        return self.agreed / self.judged if self.judged else None


PAIRS = (("rule", "rep"), ("rule", "manager"), ("rep", "manager"))


def matrices(user: User) -> tuple[Matrix, ...]:
    """Over all counted leads that this person sees and that both have graded."""
    leads = visible(user).filter(state__in=COUNTED, grading__isnull=False)
    rows = leads.order_by().values_list(*JUDGES.values()).annotate(count=Count("pk"))
    places = list(JUDGES)
    found: dict[tuple[str, str], dict[tuple[str, str], int]] = {pair: {} for pair in PAIRS}
    for *grades, count in rows:
        for pair in PAIRS:
            cell = (grades[places.index(pair[0])], grades[places.index(pair[1])])
            if all(grade in GRADES for grade in cell):
                found[pair][cell] = found[pair].get(cell, 0) + count
    return tuple(Matrix(*pair, counts) for pair, counts in found.items())


def filtered(leads: QuerySet[Lead], values: Mapping[str, str]) -> QuerySet[Lead]:
    """By present grade, temperature, whose grade holds, and what each judge said."""
    paths = {
        **JUDGES,
        "grade": "grade",
        "temperature": "grading__temperature",
        "source": "grading__held_by",
    }
    for name, value in values.items():
        path = paths[name]
        none = Q(**{path: ""}) | Q(**{f"{path}__isnull": True})
        leads = leads.filter(none if value == NO_GRADE else Q(**{path: value}))
    return leads
