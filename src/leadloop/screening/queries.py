"""Reads of the work list. Every one starts from the leads that the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import restrict
from leadloop.leads.queries import WITH
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.screening.models import Finding, Severity
from leadloop.screening.rules import RULES, Facts, Rule

COLUMNS = (
    "customer__name",
    "contact__name",
    "contact__title",
    "contact__phone",
    "contact__email",
    "channel_id",
    "source_detail",
    "campaign",
    "industry",
    "size",
    "region",
    "first_need",
)
"""In the order of :class:`Facts`."""


@dataclass(frozen=True, slots=True)
class Work:
    """Which findings a list is about; empty parts do not restrict."""

    severity: Severity | None = None
    rule: str = ""
    owner: int | None = None
    pool: bool = False
    accepted: bool = False
    """Those that somebody called right, instead of those that wait."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    rule: Rule
    leads: int


def facts_of_row(row: Iterable[Any]) -> Facts:
    """From the values of :data:`COLUMNS`."""
    return Facts(*("" if value is None else str(value) for value in row))


def findings(user: Any, work: Work) -> QuerySet[Finding]:
    """The findings of open leads that the person may see."""
    seen = visibility_of(user)
    if seen.everything:
        return _matching(work)
    # Asked of each finding by the lead's key: findings are few beside the leads that a person sees.
    return _matching(work).filter(Exists(restrict(Lead.objects.filter(pk=OuterRef("lead_id")), seen)))


def _matching(work: Work) -> QuerySet[Finding]:
    found = Finding.objects.filter(lead__state=State.OPEN, accepted_at__isnull=not work.accepted)
    if work.severity is not None:
        found = found.filter(severity=work.severity)
    if work.rule:
        found = found.filter(rule=work.rule)
    if work.pool:
        return found.filter(lead__owner=None)
    return found if work.owner is None else found.filter(lead__owner=work.owner)


def leads(user: Any, work: Work) -> QuerySet[Lead]:
    """The leads with such a finding, the newest first."""
    wanted = findings(user, work).order_by().values("lead")
    return Lead.objects.filter(pk__in=wanted).select_related(*WITH).order_by("-captured_at", "-id")


def owners(user: Any, work: Work) -> QuerySet[User]:
    """Whose leads have something to clean."""
    return User.objects.filter(pk__in=findings(user, work).order_by().values("lead__owner"))


def per_rule(user: Any, work: Work) -> tuple[RuleCount, ...]:
    """How many leads break each rule, the gravest rules first; rules that none breaks are left out."""
    rows = findings(user, work).order_by().values("rule").annotate(leads=Count("lead", distinct=True))
    counts = {row["rule"]: row["leads"] for row in rows}
    return tuple(RuleCount(rule, counts[rule.key]) for rule in RULES.values() if rule.key in counts)


def per_severity(user: Any, work: Work) -> dict[Severity, int]:
    """How many leads have a finding of each severity; one with two is counted in both."""
    rows = findings(user, work).order_by().values("severity").annotate(leads=Count("lead", distinct=True))
    counts = {row["severity"]: row["leads"] for row in rows}
    return {severity: counts.get(severity, 0) for severity in Severity}


def of_leads(lead_ids: Iterable[int], *, accepted: bool = False) -> dict[int, list[Finding]]:
    """Everything found at these leads, the gravest first."""
    places = {key: place for place, key in enumerate(RULES)}
    rows = Finding.objects.filter(lead_id__in=list(lead_ids), accepted_at__isnull=not accepted)
    found: dict[int, list[Finding]] = {}
    for finding in sorted(rows, key=lambda row: (-row.severity, places.get(row.rule, 99), row.pk)):
        if finding.rule in RULES:
            found.setdefault(finding.lead_id, []).append(finding)
    return found


def get(user: Any, finding_id: int) -> Finding:
    """A finding of a lead that the person may see."""
    seen = restrict(Lead.objects.open(), visibility_of(user))
    found = (
        Finding.objects.filter(pk=finding_id, lead__in=seen)
        .select_related("lead", *(f"lead__{name}" for name in WITH))
        .first()
    )
    if found is None or found.rule not in RULES:
        raise NotFound(msg("This finding is gone: somebody has mended it meanwhile."))
    return found
