"""Which leads a person sees, and what they may do with one. One definition for every surface."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from leadloop.analysis.scope import PoolSight, Visibility
from leadloop.customers.models import Contact
from leadloop.foundation.errors import Conflict, NotAllowed, NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.leads.lifecycle import Verb, why_not
from leadloop.leads.models import COUNTED, SHOWN, Lead, State
from leadloop.people import permissions as people
from leadloop.people.models import Role, User


class Part(NamedTuple):
    """One way to see a lead: as a condition of a query and as a check of an object."""

    condition: Callable[[Visibility], Q]
    holds: Callable[[Lead, Visibility], bool]


def _of_owners(owner_ids: frozenset[int]) -> QuerySet[Lead]:
    # By the states that do not count: a list of those that do would be one search of the index for each.
    return Lead.objects.filter(owner__in=owner_ids).exclude(state__in=_UNCOUNTED)


_UNCOUNTED = tuple(state for state in State if state not in COUNTED)


_COLUMN = {"source": "channel_id"}
"""Fields of a pool's conditions that the table calls otherwise."""


def _in_pool(field: str, *, otherwise: bool) -> Part:
    """Leads in the pools of which the reader's sight says ``field``; ``otherwise`` those in no known pool."""

    def condition(visibility: Visibility) -> Q:
        if not visibility.pool:
            return Q(pk__in=[])
        said = {getattr(sight, field) for sight in visibility.pools} | {otherwise}
        if said == {True}:
            return Q(owner=None)
        if said == {False}:
            return Q(pk__in=[])
        whens = (When(_waits_in(sight), then=Value(getattr(sight, field))) for sight in visibility.pools)
        return Q(owner=None) & Q(Case(*whens, default=Value(otherwise), output_field=BooleanField()))

    def holds(lead: Lead, visibility: Visibility) -> bool:
        if not visibility.pool or lead.owner_id is not None:
            return False
        sight = next((sight for sight in visibility.pools if _waits(lead, sight)), None)
        return otherwise if sight is None else bool(getattr(sight, field))

    return Part(condition, holds)


def _waits_in(sight: PoolSight) -> Q:
    found = Q(process__key=sight.process)
    for name, values in sight.conditions:
        found &= Q(**{f"{_COLUMN.get(name, name)}__in": values})
    return found


def _waits(lead: Lead, sight: PoolSight) -> bool:
    return lead.process.key == sight.process and all(
        str(getattr(lead, _COLUMN.get(name, name)) or "") in values for name, values in sight.conditions
    )


_NEAR: Mapping[str, Part] = MappingProxyType(
    {
        "owner_ids": Part(lambda v: Q(owner__in=v.owner_ids), lambda lead, v: lead.owner_id in v.owner_ids),
        "team_ids": Part(lambda v: Q(team__in=v.team_ids), lambda lead, v: lead.team_id in v.team_ids),
    }
)
"""Whose leads are read in full."""

_NEAR_OR_SHOWN: Mapping[str, Part] = MappingProxyType(
    {**_NEAR, "pool": _in_pool("contacts", otherwise=False)}
)
"""Of these the contact is readable, too: before a claim only where the pool says so."""

_PARTS: Mapping[str, Part] = MappingProxyType(
    {
        **_NEAR,
        "pool": _in_pool("listed", otherwise=True),
        "customers_of": Part(
            # Asked lead by lead, not as the set of all customers of somebody: a list stops after a page.
            lambda v: Q(Exists(_of_owners(v.customers_of).filter(customer=OuterRef("customer")))),
            lambda lead, v: _of_owners(v.customers_of).filter(customer=lead.customer_id).exists(),
        ),
    }
)


FEW_CUSTOMERS = 500


def restrict(
    queryset: QuerySet[Lead], visibility: Visibility, *, customers: Collection[int] | None = None
) -> QuerySet[Lead]:
    """Only what the reader may see. The rest does not exist: not listed, counted or found.

    ``customers``: those of ``few_customers``, where the caller has asked.
    """
    if visibility.everything:
        return queryset
    if customers is None:
        condition = _any(_PARTS, visibility)
    else:
        condition = _any(_PARTS, replace(visibility, customers_of=frozenset()))
        condition |= Q(customer__id__among=customers)
    return queryset.filter(condition) if condition else queryset.none()


def few_customers(visibility: Visibility) -> Collection[int] | None:
    """The customers whose leads are seen because of a lead of one's own; None when there are many.

    Few are named one by one. Otherwise each lead that a list goes past is asked, and whoever has three leads
    among a million would wait for all of them.
    """
    if visibility.everything or not visibility.customers_of:
        return None
    own = _of_owners(visibility.customers_of).order_by().values_list("customer", flat=True)
    found = list(own[: FEW_CUSTOMERS + 1])
    return set(found) if len(found) <= FEW_CUSTOMERS else None


def can_see(lead: Lead, visibility: Visibility) -> bool:
    """The same question about one lead."""
    if visibility.everything:
        return True
    return _holds(_PARTS, lead, visibility)


def _any(parts: Mapping[str, Part], visibility: Visibility) -> Q:
    condition = Q()
    for name, part in parts.items():
        if getattr(visibility, name):
            condition |= part.condition(visibility)
    return condition


def _holds(parts: Mapping[str, Part], lead: Lead, visibility: Visibility) -> bool:
    return any(part.holds(lead, visibility) for name, part in parts.items() if getattr(visibility, name))


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact as this reader may see it."""

    name: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    masked: bool = False
    role: str = ""
    retired: bool = False


HIDDEN = "***"


def contacts_readable(lead: Lead, visibility: Visibility) -> bool:
    """Whoever sees a lead only through ``everything`` sees its contacts as ``contacts`` says; whoever sees
    it only in the pool, as the pool says: what is hidden there is what a claim is for.
    """
    if _holds(_NEAR_OR_SHOWN, lead, visibility):
        return True
    if visibility.contacts == "full" and (visibility.everything or lead.owner_id is not None):
        return True
    if visibility.contacts == "full":
        return _PARTS["customers_of"].holds(lead, visibility)
    return visibility.contacts == "before_handoff" and lead.assigned_at is None


def with_readable_contacts(queryset: QuerySet[Lead], visibility: Visibility) -> QuerySet[Lead]:
    """The same as a restriction: what may be searched by phone without giving it away."""
    if visibility.contacts == "full" and visibility.everything:
        return queryset
    condition = _any(_NEAR_OR_SHOWN, visibility)
    if visibility.contacts == "full":
        condition |= Q(owner__isnull=False) | _PARTS["customers_of"].condition(visibility)
    if visibility.contacts == "before_handoff":
        condition |= Q(assigned_at=None)
    return queryset.filter(condition) if condition else queryset.none()


def readable_contacts(customer_id: int, visibility: Visibility) -> QuerySet[Contact]:
    """Contacts of a customer whose details the reader may read."""
    return Contact.objects.filter(contacts_condition(visibility), customer=customer_id)


def contacts_condition(visibility: Visibility) -> Q:
    """Those of leads that the reader reads in full; without a lead, by any such lead of the customer."""
    if visibility.contacts == "full" and visibility.everything:
        return Q()
    leads = with_readable_contacts(restrict(Lead.objects.shown(), visibility), visibility).order_by()
    free = ~Exists(Lead.objects.filter(contact=OuterRef("pk")))
    unused = Q(Q(customer__in=leads.values("customer")), free)
    return Q(Q(pk__in=leads.values("contact")) | unused)


def contact_of(lead: Lead, visibility: Visibility) -> ContactView:
    """The contact of a lead, masked where the reader may not know it."""
    contact = lead.contact
    if contact is None:
        return ContactView()
    if contacts_readable(lead, visibility):
        return ContactView(
            contact.name,
            contact.title,
            contact.phone,
            contact.email,
            role=contact.get_role_display(),
            retired=contact.retired_at is not None,
        )
    return ContactView(
        contact.name[:1] + "**" if contact.name else "",
        contact.title,
        HIDDEN if contact.phone else "",
        HIDDEN if contact.email else "",
        masked=True,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and if not, why in words for the person."""

    allowed: bool
    reason: Message | None = None

    def __bool__(self) -> bool:
        return self.allowed


def _owns(user: User, lead: Lead) -> bool:
    return lead.owner_id == user.pk and people.may(user, "work")


def _leads(user: User, lead: Lead) -> bool:
    """Operations everywhere, a manager in the own teams."""
    seen = people.visibility_of(user)
    roles = people.roles_of(user)
    return Role.OPS in roles or (Role.MANAGER in roles and lead.team_id in seen.team_ids)


def _screens(user: User, lead: Lead) -> bool:
    """Marketing works on a lead until sales has it."""
    return lead.assigned_at is None and Role.MARKETING in people.roles_of(user)


def _claims(user: User, lead: Lead) -> bool:
    return lead.owner_id is None and people.may(user, "claim")


Rule = Callable[[User, Lead], bool]
_WORKERS: tuple[Rule, ...] = (_owns, _leads)
_SCREENERS: tuple[Rule, ...] = (_owns, _leads, _screens)

WHO: Mapping[Verb, tuple[Rule, ...]] = MappingProxyType(
    {
        Verb.EDIT: _SCREENERS,
        Verb.ASSIGN: (_leads,),
        Verb.CLAIM: (_claims,),
        Verb.RELEASE: _WORKERS,
        Verb.FOLLOW_UP: _WORKERS,
        Verb.MOVE: _WORKERS,
        Verb.WIN: _WORKERS,
        Verb.LOSE: _WORKERS,
        Verb.REOPEN: _WORKERS,
        Verb.INVALIDATE: _SCREENERS,
        Verb.VALIDATE: _SCREENERS,
        Verb.WITHDRAW: (),
    }
)
"""Any rule that holds allows the verb."""


def may(user: User, action: Verb | str, lead: Lead) -> Decision:
    """Whether this person may do this with this lead now. ``view`` asks for visibility only."""
    if lead.state not in SHOWN or not can_see(lead, people.visibility_of(user)):
        return Decision(False, msg("There is no such lead."))
    if action == "view":
        return Decision(True)
    verb = Verb(action)
    if not any(rule(user, lead) for rule in WHO[verb]):
        return Decision(False, _why_not_this_person(verb, lead))
    reason = why_not(State(lead.state), verb)
    return Decision(reason is None, reason)


def require(user: User | None, verb: Verb, lead: Lead) -> None:
    """Raise NotFound for what this person may not see, NotAllowed without the right, Conflict for the state.

    ``None`` is the program itself (demo, import, undo): only the state counts.
    """
    if user is not None:
        if not can_see(lead, people.visibility_of(user)):
            raise NotFound(msg("There is no such lead."))
        if not any(rule(user, lead) for rule in WHO[verb]):
            raise NotAllowed(_why_not_this_person(verb, lead))
    if message := why_not(State(lead.state), verb):
        raise Conflict(message)


def _why_not_this_person(verb: Verb, lead: Lead) -> Message:
    if verb == Verb.ASSIGN:
        return msg("Only the manager of the team and sales operations assign leads.")
    if verb == Verb.CLAIM:
        return msg("Only leads in the pool can be claimed, by sales.")
    if lead.owner_id is None:
        return msg("The lead is in the pool. Claim it first.")
    return msg("Only the owner, the manager of the team and sales operations may do that.")
