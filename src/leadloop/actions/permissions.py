"""Who may plan, and change what is planned: whoever may work on the lead."""

from __future__ import annotations

from leadloop.actions.models import NextAction
from leadloop.foundation.errors import Conflict, DataError, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import can_see, may, require
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.people.queries import assignable


def may_plan(user: User, lead: Lead) -> bool:
    return lead.state == State.OPEN and bool(may(user, Verb.FOLLOW_UP, lead))


def require_plan(actor: User | None, lead: Lead) -> None:
    """An ended lead needs nothing more; ``None`` is the program itself."""
    require(actor, Verb.FOLLOW_UP, lead)
    if lead.state != State.OPEN:
        raise Conflict(msg("Nothing is planned for a lead that is over. Reopen it first."))


def require_change(actor: User | None, action: NextAction) -> None:
    """Whose action it is may change it as long as they see its lead."""
    if actor is not None and action.owner_id == actor.pk:
        if not can_see(action.lead, visibility_of(actor)):
            raise NotFound(msg("There is no such action."))
    else:
        require_plan(actor, action.lead)
    if not action.is_open:
        raise Conflict(msg("This action is over already."))


def owner_for(lead: Lead, wanted: User | None, actor: User | None) -> User:
    """Whose action it becomes: of the named one, else of the lead's owner, else of whoever plans it."""
    owner = wanted or lead.owner or actor
    if owner is None:
        raise DataError(msg("Say whose action this is."), field="owner")
    if owner.pk in {lead.owner_id, None if actor is None else actor.pk}:
        return owner
    if actor is not None and not assignable(actor).filter(pk=owner.pk).exists():
        raise DataError(msg("You plan for yourself and for people of your own teams."), field="owner")
    if not owner.is_active or not can_see(lead, visibility_of(owner)):
        raise DataError(msg("%(owner)s does not see this lead.", owner=str(owner)), field="owner")
    return owner
