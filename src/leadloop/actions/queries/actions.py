from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.actions.models import ActionQuerySet, NextAction, Postponement
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import few_customers, restrict
from leadloop.people.models import Role, User
from leadloop.people.permissions import roles_of, visibility_of

WITH = ("lead__customer", "lead__owner", "lead__stage", "owner")


def visible(user: User) -> ActionQuerySet:
    """Actions of leads that this person sees, in any state."""
    seen = visibility_of(user)
    found = NextAction.objects.select_related(*WITH)
    if seen.everything:
        return found
    leads = restrict(Lead.objects.shown(), seen, customers=few_customers(seen))
    return found.filter(Exists(leads.filter(pk=OuterRef("lead"))))


def open_of(user: User, *, viewer: User | None = None) -> ActionQuerySet:
    """What somebody has planned, the next first, as far as ``viewer`` (or they themselves) sees the lead."""
    return visible(viewer or user).open().filter(owner=user).order_by("due_at", "id")


def of_lead(lead: Lead) -> QuerySet[NextAction]:
    """All of a lead, ended ones too, for whoever may see the lead."""
    return NextAction.objects.filter(lead=lead).select_related("owner", "done_by", "dropped_by")


def get(user: User, pk: int) -> NextAction:
    found = visible(user).select_related(*WITH, "lead__process").filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such action."))
    return found


def next_of(lead_ids: Collection[int]) -> dict[int, NextAction]:
    """Of each lead the open action that is due first; leads without one are left out."""
    found: dict[int, NextAction] = {}
    rows = NextAction.objects.filter(lead__id__among=lead_ids, done_at=None, dropped_at=None)
    for action in rows.select_related("owner").order_by("lead", "due_at", "id"):
        found.setdefault(action.lead_id, action)
    return found


def moments_of(lead_ids: Collection[int]) -> dict[int, datetime]:
    """When the next open action of each lead is planned: what clocks ask. One that has passed counts, too:
    a lead whose next action is overdue is neglected, whatever else is planned for later.
    """
    rows = NextAction.objects.filter(lead__id__among=lead_ids, done_at=None, dropped_at=None)
    return dict(rows.order_by().values_list("lead").annotate(Min("due_at")))


def overdue(now: datetime) -> Q:
    """Of actions: open, and its moment has passed."""
    return Q(done_at=None, dropped_at=None, due_at__lt=now)


def late(leads: QuerySet[Lead], now: datetime) -> QuerySet[Lead]:
    """Those of ``leads`` that are open and have an overdue action."""
    behind = NextAction.objects.filter(overdue(now), lead=OuterRef("pk"))
    return leads.filter(Exists(behind), state=State.OPEN)


def people_for(user: User) -> QuerySet[User]:
    """Whose actions this person may look at beside their own: of the own teams, or everybody's."""
    seen, roles = visibility_of(user), roles_of(user)
    sells = User.objects.filter(is_active=True, memberships__role__in=[Role.REP, Role.MANAGER])
    if Role.OPS in roles:
        return sells.distinct()
    return sells.filter(memberships__team__in=seen.team_ids).distinct()


def postponed(*, start: datetime, end: datetime) -> QuerySet[Postponement]:
    """Actions put off to a later day from ``start`` (included) to ``end``, and not taken back."""
    return Postponement.objects.filter(later=True, undone_at=None, at__gte=start, at__lt=end)
