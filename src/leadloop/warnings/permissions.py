"""Whose warnings somebody has before them, and who sees how good the rules are."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import can_see, may, require, restrict
from leadloop.people.models import Role, User
from leadloop.people.permissions import may as may_at_all
from leadloop.people.permissions import roles_of, visibility_of
from leadloop.warnings.models import Alert


def responsible_for(user: User) -> QuerySet[Lead]:
    """A rep's own leads, a manager's teams, everything for operations; nothing for all others."""
    return judged_leads(user).filter(state=State.OPEN)


def judged_leads(user: User) -> QuerySet[Lead]:
    """The same, with those that are closed by now."""
    if not may_at_all(user, "work"):
        return Lead.objects.none()
    seen = replace(visibility_of(user), pool=False, customers_of=frozenset())
    return restrict(Lead.objects.shown(), replace(seen, everything=sees_all(user)))


def sees_all(user: User) -> bool:
    """Operations; a manager, also of operations, has the own teams."""
    everything = may_at_all(user, "work") and visibility_of(user).everything
    return everything and Role.MANAGER not in roles_of(user)


def may_answer(user: User, lead: Lead) -> bool:
    return bool(may(user, Verb.FOLLOW_UP, lead))


def require_answer(user: User | None, alert: Alert) -> None:
    """Who may work on the lead answers its warnings."""
    require(user, Verb.FOLLOW_UP, alert.lead)


def require_judge(user: User | None, alert: Alert) -> None:
    """Also when the lead is closed by now: whether a warning was right is often known only then."""
    if user is None:
        return
    if not can_see(alert.lead, visibility_of(user)):
        raise NotFound(msg("There is no such warning."))
    if not may_at_all(user, "work"):
        raise NotAllowed(msg("Only who works on leads says whether a warning was right."))


def may_weigh(user: User) -> bool:
    """How good the rules are: managers and operations."""
    return not roles_of(user).isdisjoint({Role.MANAGER, Role.OPS})


def require_weigh(user: User) -> None:
    if not may_weigh(user):
        raise NotFound(msg("There is no such page."))
