"""Send what is due: every message once, or it is said that nobody knows.

Three steps, each a short transaction, none of them open while something is being sent: what is due is put
into a delivery; somebody takes the delivery (compare-and-swap); what became of it is written down. A worker
that dies between the last two leaves a delivery that may have gone out. It becomes ``unknown``.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leadloop.foundation import stopping
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg, to_data
from leadloop.notices import waking
from leadloop.notices.models import Circuit, Delivery, DeliveryState, Notice, Post
from leadloop.notices.operations.collecting import collect
from leadloop.notices.operations.reporting import report_trouble
from leadloop.notices.queries import resting, way_of
from leadloop.notices.rules import MOST_TRIES, pause_after, rest_after
from leadloop.notices.sending import chat, mail
from leadloop.notices.sending.outcome import Outcome
from leadloop.people.models import User

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Chance = Callable[[], float]
State = DeliveryState
_BATCH = 100
_SECONDS = 50.0
"""A run ends before the next minute's begins."""
LOST_AFTER = timedelta(minutes=5)
"""Longer than any attempt can last: whoever has not written by then what became of it is gone."""
_at_work = threading.Lock()


def work_off(*, clock: Clock, chance: Chance = random.random) -> Counter[str]:
    """Send until nothing is due. Of two runs in a process the second leaves it to the first: however slow the
    servers out there are, one thread is enough to wait for them."""
    done: Counter[str] = Counter()
    if not _at_work.acquire(blocking=False):
        return done
    try:
        mark_unknown(now=clock())
        until = time.monotonic() + _SECONDS
        while not stopping.asked() and time.monotonic() < until:
            collect(now=clock())
            due = list(_due(clock()).values_list("pk", flat=True)[:_BATCH])
            if not due:
                break
            for pk in due:
                if stopping.asked() or time.monotonic() > until:
                    break
                done[_deliver(pk, clock, chance)] += 1
        return done
    finally:
        _at_work.release()


@transaction.atomic
def mark_unknown(*, now: datetime) -> int:
    """What a worker took and never reported about."""
    why = to_data(
        msg("The program ended while sending this. It may have arrived, so it is not sent again by itself.")
    )
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LOST_AFTER)
    return lost.update(state=State.UNKNOWN, ended_at=now, problem=why)


@transaction.atomic
def send_again(*, delivery: Delivery, actor: User, now: datetime) -> None:
    """By somebody who looked: of a delivery that was given up or of which nobody knows."""
    ended = Delivery.objects.filter(pk=delivery.pk, state__in=[State.UNKNOWN, State.GIVEN_UP]).exclude(
        endpoint__removed_at__isnull=False
    )
    if not ended.update(state=State.WAITING, due_at=now, tries=0, claim="", ended_at=None, problem={}):
        raise Conflict(msg("This is not waiting for anybody's decision."))
    Circuit.objects.filter(key=way_of(delivery.endpoint_id)).delete()
    transaction.on_commit(waking.look_at_deliveries)


def _due(now: datetime) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(state=State.WAITING, due_at__lte=now)
    rests = resting(now)
    groups = [int(key.partition(":")[2]) for key in rests if key.startswith("group:")]
    closed = Q(endpoint__in=groups)
    if way_of(None) in rests:
        closed |= Q(user__isnull=False)
    return rows.exclude(closed).order_by("due_at", "pk")


def _deliver(pk: int, clock: Clock, chance: Chance) -> str:
    """What became of it; empty when somebody else has it or its way is closed since."""
    now = clock()
    claim = uuid.uuid4().hex
    delivery = _take(pk, claim, now)
    if delivery is None:
        return ""
    try:
        outcome = _send(delivery)
    except Exception as error:
        # Only the kind of error: its text may hold an address.
        logger.error("delivery %s: %s", pk, type(error).__name__)
        outcome = Outcome(msg("An unexpected error stopped it."))
    return _write_down(delivery, claim, outcome, clock(), chance)


@transaction.atomic
def _take(pk: int, claim: str, now: datetime) -> Delivery | None:
    delivery = Delivery.objects.select_related("user", "endpoint").get(pk=pk)
    if way_of(delivery.endpoint_id) in resting(now):
        return None
    mine = Delivery.objects.filter(pk=pk, state=State.WAITING, due_at__lte=now)
    if not mine.update(state=State.SENDING, claim=claim, claimed_at=now, tries=F("tries") + 1):
        return None
    delivery.tries += 1
    return delivery


def _send(delivery: Delivery) -> Outcome:
    if delivery.endpoint is not None:
        return chat.send(delivery.endpoint, list(Post.objects.filter(delivery=delivery).order_by("pk")))
    assert delivery.user is not None
    if not mail.configured() or not delivery.user.email:
        return Outcome(msg("There is no mail server or no address any more."), final=True)
    notices = list(Notice.objects.filter(mail=delivery).order_by("pk"))
    return mail.send(delivery, delivery.user, notices)


@transaction.atomic
def _write_down(delivery: Delivery, claim: str, outcome: Outcome, now: datetime, chance: Chance) -> str:
    way = way_of(delivery.endpoint_id)
    # Also when it was taken for lost meanwhile: now it is known.
    mine = Delivery.objects.filter(pk=delivery.pk, claim=claim, state__in=[State.SENDING, State.UNKNOWN])
    if outcome.problem is None:
        mine.update(state=State.SENT, ended_at=now, problem={})
        Circuit.objects.filter(key=way).delete()
        return State.SENT
    problem = to_data(outcome.problem)
    if outcome.down:
        _count_failure(way, now, chance)
    if outcome.final or delivery.tries >= MOST_TRIES:
        mine.update(state=State.GIVEN_UP, ended_at=now, problem=problem)
        report_trouble(delivery=delivery, now=now)
        return State.GIVEN_UP
    due = now + pause_after(delivery.tries, chance())
    mine.update(state=State.WAITING, due_at=due, ended_at=None, problem=problem)
    return State.WAITING


def _count_failure(way: str, now: datetime, chance: Chance) -> None:
    circuit, _made = Circuit.objects.get_or_create(key=way)
    rest = rest_after(circuit.failures + 1, chance())
    Circuit.objects.filter(key=way).update(
        failures=F("failures") + 1, open_until=None if rest is None else now + rest
    )
