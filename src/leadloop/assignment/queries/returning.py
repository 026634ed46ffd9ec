"""Leads whose owners were warned that they go back to the pool."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadloop.assignment.models import ReturnWarning
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of


def returning(user: User) -> QuerySet[ReturnWarning]:
    """The reader's own leads that were warned about; a manager's, those of the teams. The next one first.

    Who got the lead after the warning was not meant by it, and who called since need not be told again.
    """
    meant = Lead.objects.filter(pk=OuterRef("lead_id"), state=State.OPEN, owner=OuterRef("owner_id"))
    meant = meant.exclude(last_followed_up_at__gt=OuterRef("silent_since"))
    teams = visibility_of(user).team_ids
    rows = ReturnWarning.objects.filter(Exists(meant.filter(Q(owner=user) | Q(team__in=teams))))
    if not teams:
        rows = rows.filter(owner=user)
    return rows.select_related("lead__customer", "owner").order_by(
        "returns_at", "lead__grade", "silent_since", "pk"
    )
