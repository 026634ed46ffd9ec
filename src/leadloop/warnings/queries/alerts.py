"""The warnings that somebody has before them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from leadloop.foundation.clock import now as present
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.warnings import wording
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.permissions import responsible_for, sees_all

in_words = wording.in_words

WITH = ("lead__customer", "lead__stage", "lead__owner")


def open_for(user: User, now: datetime | None = None) -> QuerySet[Alert]:
    """What a person is warned of now, the newest first: of a rep's own leads, of a manager's teams.

    Not what somebody has put off, or said to be wrong.
    """
    shown = standing(now or present())
    if not sees_all(user):
        shown = shown.filter(lead__in=responsible_for(user).order_by())
    return shown.select_related(*WITH).order_by("-since", "-id")


def standing(now: datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(is_standing(now))


def is_standing(now: datetime) -> Q:
    """Open, not put off, not wrong; of leads that are open still."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return awake & Q(ended_at=None, lead__state=State.OPEN) & ~Q(outcome=Outcome.WRONG)


def of_lead(lead: Lead, now: datetime | None = None) -> Sequence[Alert]:
    """What its page shows; the caller has the lead."""
    if lead.state != State.OPEN:
        return ()
    return list(standing(now or present()).filter(lead=lead).select_related(*WITH).order_by("since", "id"))
