"""How often warnings were right: by rule, from what people said."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from leadloop.analysis.methods.wilson import wilson
from leadloop.leads.models import Lead
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.rules import Rule


@dataclass(frozen=True, slots=True)
class Precision:
    """``share`` = ``right`` / ``n`` with its 95 % interval by Wilson; None when nobody has answered.

    Of the warnings that somebody judged. Those that nobody answered are counted in ``all`` only, so the share
    says nothing about them.
    """

    rule: Rule
    n: int
    right: int
    all: int
    open: int
    acted: int

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.right, self.n)


def precision(rule: Rule | str, leads: QuerySet[Lead] | None = None) -> Precision:
    """Of one rule; ``leads``: only warnings about these."""
    return next(one for one in precisions(leads) if one.rule == rule)


def precisions(leads: QuerySet[Lead] | None = None) -> list[Precision]:
    """Of every rule, in the order of the rules."""
    rows = Alert.objects.order_by()
    if leads is not None:
        rows = rows.filter(lead__in=leads.order_by())
    counts = {
        row.pop("rule"): row
        for row in rows.values("rule").annotate(
            all=Count("id"),
            n=Count("id", filter=~Q(outcome="")),
            right=Count("id", filter=Q(outcome=Outcome.RIGHT)),
            open=Count("id", filter=Q(ended_at=None)),
            acted=Count("id", filter=Q(acted_at__isnull=False)),
        )
    }
    nothing = {"all": 0, "n": 0, "right": 0, "open": 0, "acted": 0}
    return [Precision(rule=rule, **counts.get(rule.value, nothing)) for rule in Rule]
