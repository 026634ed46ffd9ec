"""Ask a colleague to share a record, and answer.

To share shows the asking person this one lead's customer, contact and stand. It makes nobody an owner and
widens nothing else: whoever should work the lead is given it by assigning.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from leadloop.capture.models import ShareRequest
from leadloop.capture.permissions import answers_for
from leadloop.clocks.queries.superiors import Superiors
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.notices import kinds
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.operations import tell
from leadloop.people.models import User
from leadloop.people.permissions import ACTIONS, may

State = ShareRequest.State
_LONGEST = 500
ASKED = Kind(
    "share_asked",
    msg("Somebody asks to share a record"),
    kinds.LEADS,
    channels=(Channel.APP, Channel.MAIL),
    for_roles=tuple(sorted(ACTIONS["work"])),
    icon="share",
)
ANSWERED = Kind(
    "share_answered",
    msg("Answer about a shared record"),
    kinds.LEADS,
    for_roles=tuple(sorted(ACTIONS["register"])),
    icon="share",
)


@transaction.atomic
def ask_to_share(*, lead: Lead, actor: User, now: datetime, message: str = "") -> ShareRequest:
    """One open request per person and lead; asking again is the same request."""
    if not may(actor, "register"):
        raise NotAllowed(msg("Your role does not register leads."))
    if lead.owner_id == actor.pk:
        raise Conflict(msg("This lead is yours."))
    text = _checked(message, "message")
    request, made = ShareRequest.objects.get_or_create(
        lead=lead, asked_by=actor, state=State.OPEN, defaults={"asked_at": now, "message": text}
    )
    if made:
        _tell_asked(request, now)
    return request


@transaction.atomic
def answer_request(
    *, request: ShareRequest, share: bool, actor: User, now: datetime, answer: str = ""
) -> ShareRequest:
    """By the owner, a manager of the team, or sales operations; the first answer counts."""
    if not answers_for(actor, request.lead):
        raise NotAllowed(
            msg("The owner of the lead, the manager of the team and sales operations answer this.")
        )
    text = _checked(answer, "answer")
    state = State.SHARED if share else State.DECLINED
    answered = ShareRequest.objects.filter(pk=request.pk, state=State.OPEN).update(
        state=state, answered_by=actor, answered_at=now, answer=text
    )
    if not answered:
        raise Conflict(msg("Somebody has answered this already."))
    request.refresh_from_db()
    _tell_answered(request, now)
    return request


def _tell_asked(request: ShareRequest, now: datetime) -> None:
    """The owner; of a lead without one, who manages the team."""
    lead = request.lead
    if lead.owner is not None and lead.owner.is_active:
        people = [lead.owner]
    else:
        people = list(User.objects.filter(pk__in=Superiors().of(lead.team_id)))
    tell(
        to=people,
        kind=ASKED.key,
        message=msg("%(who)s asks you to share this record.", who=str(request.asked_by)),
        link=reverse("capture:requests"),
        subject=lead.customer.name,
        now=now,
        key=f"share:{request.pk}",
    )


def _tell_answered(request: ShareRequest, now: datetime) -> None:
    """A record that is not shared stays unnamed."""
    who = str(request.answered_by)
    shared = request.state == State.SHARED
    tell(
        to=[request.asked_by],
        kind=ANSWERED.key,
        message=msg("%(who)s shares this record with you.", who=who)
        if shared
        else msg("%(who)s does not share the record that you asked for.", who=who),
        link=reverse("capture:requests"),
        subject=request.lead.customer.name if shared else "",
        now=now,
    )


def _checked(text: str, field: str) -> str:
    text = text.strip()
    privacy.check_texts({field: text})
    if len(text) > _LONGEST:
        raise DataError(msg("At most %(most)s characters.", most=_LONGEST), field=field)
    return text
