"""How often scripts were used with leads that a reader sees, and what became of those."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Count, OuterRef, Q, Subquery

from leadloop.leads.models import COUNTED, Lead, State
from leadloop.leads.permissions import restrict
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.playbook.models import ScriptUse
from leadloop.playbook.queries import Outcome, Uses


def uses(reader: User, script_ids: Collection[int]) -> Mapping[int, Uses]:
    """By script. A lead counts once for a script, however often it was used with it."""
    seen = visibility_of(reader)
    leads = restrict(Lead.objects.filter(state__in=COUNTED), seen)
    rows = ScriptUse.objects.filter(version__script__in=list(script_ids), lead_id__in=leads.values("pk"))
    state = Lead.objects.filter(pk=OuterRef("lead_id")).values("state")[:1]
    counted = (
        rows.annotate(state=Subquery(state))
        .order_by()
        .values("version__script")
        .annotate(
            times=Count("pk"),
            people=Count("by", distinct=True),
            leads=Count("lead_id", distinct=True),
            won=Count("lead_id", distinct=True, filter=Q(state=State.WON)),
            closed=Count("lead_id", distinct=True, filter=Q(state__in=(State.WON, State.LOST))),
        )
    )
    return {
        row["version__script"]: Uses(
            row["times"], row["people"], Outcome(row["leads"], row["won"], row["closed"])
        )
        for row in counted
    }
