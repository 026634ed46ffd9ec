"""Tell people what is due: one by one while it is little, in one notice when it is much.

A notice and the end of what has to be told are one transaction, so a killed worker tells nothing twice and
forgets nothing; the key of a notice would stop a second one besides. After a standstill what fell due
meanwhile is one notice for each person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse

from leadloop.actions.models import NextAction
from leadloop.actions.queries import open_of
from leadloop.foundation import stopping
from leadloop.foundation.messages import Message, msg
from leadloop.notices import kinds
from leadloop.notices.kinds import Kind
from leadloop.notices.operations import News, tell_many
from leadloop.people.models import Role, User

DUE = Kind(
    "action_due",
    msg("A next action is due"),
    kinds.LEADS,
    for_roles=(Role.REP, Role.MANAGER, Role.OPS),
    icon="calendar",
)
ONE_BY_ONE = 3


def tell_due(*, now: datetime) -> int:
    """May run as often as one likes, by several workers at once; gives how many notices there were."""
    waiting = NextAction.objects.filter(remind_at__lte=now).order_by("owner")
    told = 0
    for person in list(waiting.values_list("owner", flat=True).distinct()):
        if stopping.asked():
            break
        told += _tell(person, now)
    return told


@transaction.atomic
def _tell(person_id: int, now: datetime) -> int:
    rows = NextAction.objects.filter(owner=person_id, remind_at__lte=now).order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return 0
    person = User.objects.get(pk=person_id)
    # Not of leads that the person does not see any more, or that are over.
    due = list(open_of(person).filter(pk__in=ids))
    news = _each(person, due, now) if len(due) <= ONE_BY_ONE else [_together(person, due)]
    tell_many(news, now=now)
    NextAction.objects.filter(pk__in=ids).update(remind_at=None)
    return len(news)


def _each(person: User, due: Sequence[NextAction], now: datetime) -> list[News]:
    return [
        News(
            to=[person],
            kind=DUE.key,
            message=_message(action, now),
            link=reverse("leads:detail", args=[action.lead.number]),
            subject=action.lead.customer.name,
            key=f"action:{action.pk}:{action.sequence}",
        )
        for action in due
    ]


def _message(action: NextAction, now: datetime) -> Message:
    """Without the title: people write names into it, and notices go to chat groups."""
    return msg("An action is overdue") if action.due_at < now else msg("An action is due")


def _together(person: User, due: Sequence[NextAction]) -> News:
    last = due[-1]
    return News(
        to=[person],
        kind=DUE.key,
        message=msg("%(count)s actions are due", count=len(due)),
        link=reverse("actions:own"),
        key=f"actions:{due[0].pk}-{last.pk}:{last.sequence}",
    )
