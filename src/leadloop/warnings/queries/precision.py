"""How often warnings were right: by rule, from what people said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from leadloop.analysis.methods.wilson import wilson
from leadloop.foundation.clock import now as present
from leadloop.leads.models import Lead
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.queries.alerts import is_standing
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
    """As :func:`open_for` shows them."""
    acted: int

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.right, self.n)


def precision(
    rule: Rule | str, leads: QuerySet[Lead] | None = None, now: datetime | None = None
) -> Precision:
    """Of one rule; ``leads``: only warnings about these."""
    return next(one for one in precisions(leads, now) if one.rule == rule)


def precisions(leads: QuerySet[Lead] | None = None, now: datetime | None = None) -> list[Precision]:
    """Of every rule, in the order of the rules."""
    rows = Alert.objects.order_by()
    if leads is not None:
        rows = rows.filter(lead__in=leads.order_by())
    counted = rows.values_list("rule").annotate(
        judged=Count("id", filter=~Q(outcome="")),
        rightly=Count("id", filter=Q(outcome=Outcome.RIGHT)),
        warned=Count("id"),
        standing=Count("id", filter=is_standing(now or present())),
        acted=Count("id", filter=Q(acted_at__isnull=False)),
    )
    counts = {rule: numbers for rule, *numbers in counted}
    return [Precision(rule, *counts.get(rule.value, [0] * 5)) for rule in Rule]
