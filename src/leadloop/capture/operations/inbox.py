"""What a form brings in: kept before the visitor is answered, made a lead soon after.

Accepting is one short insert, so that a burst is taken in as fast as the database commits. A job works
the rows off. The lead and the mark on the row are one transaction: a killed worker leaves the row
waiting and no lead, and whoever comes next does it once.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction

from leadloop.capture import quota, rules
from leadloop.capture.models import ConsentText, PublicForm, Submission
from leadloop.capture.operations.capturing import Door, capture
from leadloop.capture.queries import consent_of
from leadloop.foundation import privacy, rows, stopping
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message, msg
from leadloop.leads.operations import LeadFacts

logger = logging.getLogger(__name__)

TWICE_WITHIN = timedelta(minutes=10)
HOUR = 3600
_BATCH = 200
_MANY = 20
_PAUSE = 0.25
PATIENCE = 30.0
"""Seconds that a run waits for bursts to end, in all."""
State = Submission.State


@dataclass(frozen=True, slots=True)
class Receipt:
    """``accepted``: it is stored. Else what is wrong with which field, or that the sender sends too much."""

    accepted: bool
    faults: Mapping[str, Message] = field(default_factory=lambda: MappingProxyType({}))
    wait_seconds: int = 0


def accept(*, form: PublicForm, sent: Mapping[str, Any], address: str, now: datetime) -> Receipt:
    """Look at what was sent, and keep it when it is right."""
    values = rules.cleaned(form.fields, sent)
    faults = rules.faults(form.fields, values)
    consent = consent_of(form)
    if consent is not None and not _agreed(sent):
        faults["consent"] = msg("Please agree to this first.")
    trapped = bool(str(sent.get(rules.TRAP) or "").strip())
    if faults and not trapped:
        return Receipt(False, faults)
    sender = _sender(address)
    kept = Submission(
        form=form,
        received_at=now,
        state=State.TRAP if trapped else State.WAITING,
        values={} if trapped else values,
        origin=rules.marks_of(sent),
        consent=_version_seen(form, consent, sent) if consent else None,
        address=sender,
        fingerprint=rules.fingerprint(form.pk, values),
    )
    with transaction.atomic():
        if form.hourly:
            given = quota.take(key=f"form:{form.pk}:{sender}", limit=form.hourly, window=HOUR, now=now)
            if not given.allowed:
                return Receipt(False, wait_seconds=given.seconds)
        rows.insert(kept)
    return Receipt(True)


def work_off(*, clock: Callable[[], datetime], pause: Callable[[float], None] = time.sleep) -> int:
    """Make leads of what waits, in the order in which it came; how many rows were done.

    While many come in at once it waits, up to a limit: on SQLite a lead in the making keeps every
    visitor waiting for the lock.
    """
    done, last = 0, 0
    patience = PATIENCE
    while not stopping.asked():
        waiting = Submission.objects.filter(state=State.WAITING, id__gt=last).order_by("id")
        ids = list(waiting.values_list("id", flat=True)[:_BATCH])
        if not ids:
            break
        for last in ids:
            while patience > 0 and _burst(clock()):
                patience -= _PAUSE
                pause(_PAUSE)
            done += _treat_safely(last, clock())
            if stopping.asked():
                break
    return done


def _burst(now: datetime) -> bool:
    """Whether the last many have come within a second."""
    newest = Submission.objects.order_by("-id").values_list("received_at", flat=True)
    many = next(iter(newest[_MANY : _MANY + 1]), None)
    return many is not None and timedelta(0) <= now - many < timedelta(seconds=1)


def _treat_safely(pk: int, now: datetime) -> bool:
    try:
        return _treat(pk, now)
    except OperationalError:
        # The database is away or busy: nothing is wrong with the row. The next sweep finds it.
        raise
    except Exception:
        # The row waits on; the others must not wait for it.
        logger.exception("submission %s could not be made a lead", pk)
        return False


@transaction.atomic
def _treat(pk: int, now: datetime) -> bool:
    rows = Submission.objects.select_related("form__channel", "consent").filter(state=State.WAITING)
    found = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        return False
    if first := _same_before(found):
        found.state, found.lead_id = State.DOUBLE, first.lead_id
    else:
        _register(found, now)
    found.done_at = now
    found.save(update_fields=["state", "lead", "problem", "done_at"])
    return True


def _register(found: Submission, now: datetime) -> None:
    try:
        with transaction.atomic():
            found.lead = capture(facts=_facts(found), door=_door(found), actor=None, now=now)
        found.state = State.DONE
    except LeadloopError as error:
        message = privacy.scrubbed(error.message)
        found.state = State.FAILED
        found.problem = {
            "text": message.text,
            "params": {name: str(value) for name, value in message.params.items()},
            "field": error.field,
        }


def _facts(found: Submission) -> LeadFacts:
    form = found.form
    return LeadFacts(
        **found.values,
        captured_at=found.received_at,
        channel=form.channel,
        source_detail=form.source_detail or form.name,
        campaign=form.campaign or found.origin.get("utm_campaign", "")[:120],
    )


def _door(found: Submission) -> Door:
    return Door(form=found.form, marks=found.origin, consent=found.consent, consent_at=found.received_at)


def _same_before(found: Submission) -> Submission | None:
    """The same words through the same form minutes before: a second click, a browser that sent again.

    A row that came later and is a lead already counts too: on PostgreSQL the earlier of two can become
    visible after the later one.
    """
    near = Submission.objects.filter(
        fingerprint=found.fingerprint,
        received_at__gte=found.received_at - TWICE_WITHIN,
        received_at__lte=found.received_at + TWICE_WITHIN,
    ).exclude(pk=found.pk)
    done = near.filter(state__in=[State.DONE, State.DOUBLE]).order_by("id").first()
    return done or near.filter(state=State.WAITING, id__lt=found.pk).order_by("id").first()


def _agreed(sent: Mapping[str, Any]) -> bool:
    return str(sent.get("consent") or "").strip().lower() in {"1", "true", "on", "yes"}


def _version_seen(form: PublicForm, newest: ConsentText, sent: Mapping[str, Any]) -> ConsentText:
    """The text that stood on the visitor's page, which may be older than the form's."""
    version = str(sent.get("consent_version") or "")
    if version.isdecimal() and version.isascii() and len(version) < 9 and int(version) != newest.version:
        return form.consents.filter(version=int(version)).exclude(text="").first() or newest
    return newest


def _sender(address: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]
