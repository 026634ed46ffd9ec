"""Leads whose owners were warned that they go back to the pool."""

from __future__ import annotations

from django.db.models import F, QuerySet

from leadloop.assignment.models import ReturnWarning
from leadloop.leads.models import State
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of


def returning(user: User) -> QuerySet[ReturnWarning]:
    """The reader's own leads that were warned about; a manager's, those of the teams. The next one first.

    Who got the lead after the warning was not meant by it, and who called since need not be told again.
    """
    warned = ReturnWarning.objects.filter(lead__state=State.OPEN, lead__owner=F("owner"))
    warned = warned.exclude(lead__last_followed_up_at__gt=F("silent_since"))
    rows = warned.filter(owner=user)
    if teams := visibility_of(user).team_ids:
        rows |= warned.filter(lead__team__in=teams)
    return rows.select_related("lead__customer", "owner").order_by(
        "returns_at", "lead__grade", "silent_since", "pk"
    )
