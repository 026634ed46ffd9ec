"""Who reads and corrects records. Whoever sees a lead sees that it was followed up; what was said, and files,
are free words: for readers to whom the contact is not masked."""

from __future__ import annotations

from leadloop.followup.models import FollowUp
from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import can_see, contacts_readable, may, require
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of


def may_log(user: User, lead: Lead) -> bool:
    return bool(may(user, Verb.FOLLOW_UP, lead))


def may_read(user: User, lead: Lead) -> bool:
    seen = visibility_of(user)
    return can_see(lead, seen) and contacts_readable(lead, seen)


def may_edit(user: User, followup: FollowUp) -> bool:
    """Whoever wrote it, as long as they work on the lead, and who leads the team."""
    lead = followup.lead
    return (followup.by_id == user.pk and may_log(user, lead)) or bool(may(user, Verb.ASSIGN, lead))


def require_edit(actor: User | None, followup: FollowUp) -> None:
    require(actor, Verb.FOLLOW_UP, followup.lead)
    if actor is not None and not may_edit(actor, followup):
        raise NotAllowed(
            msg("Only who wrote the record, the manager of the team and sales operations correct it.")
        )
