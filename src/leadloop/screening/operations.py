"""Keep the findings in step with the leads, and what a person does with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from leadloop.foundation import rows
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotAllowed
from leadloop.foundation.messages import Message, msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import invalidate_lead
from leadloop.leads.permissions import require
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.screening import queries, rules
from leadloop.screening.models import Finding
from leadloop.screening.queries import COLUMNS, Work, facts_of_row
from leadloop.screening.rules import RULES, Facts

CHUNK = 500
MOST_AT_ONCE = 500
"""Leads that one press of a button marks invalid: each is an operation of its own, some milliseconds long."""

Key = tuple[int, str, str]
"""Lead, rule, field."""


@transaction.atomic(savepoint=False)
def screen_lead(*, lead: Lead, now: datetime, new: bool = False) -> None:
    """Look at one lead again, in the transaction of what changed it. ``new``: it has no findings yet."""
    facts = {lead.pk: facts_of(lead)} if lead.state == State.OPEN else {}
    if not new:
        _keep_up(facts, [lead.pk], now)
        return
    for (lead_id, rule, field), (severity, of) in _wanted(facts).items():
        rows.insert(
            Finding(lead_id=lead_id, rule=rule, field=field, severity=severity, mark=of, found_at=now)
        )


def screen_many(*, lead_ids: Iterable[int], now: datetime) -> Counter[str]:
    """Look at many leads, a chunk a transaction. Counts of ``found`` and ``mended``.

    Doing it again changes nothing, so that whatever was interrupted is simply done once more.
    """
    done: Counter[str] = Counter()
    for chunk in _chunks(sorted(set(lead_ids))):
        with transaction.atomic():
            done += _keep_up(_facts_of_many(chunk), chunk, now)
    return done


def sweep(*, now: datetime) -> Counter[str]:
    """Look at every open lead, and drop what is left of leads that no longer are."""
    with transaction.atomic():
        gone, _ = Finding.objects.exclude(lead__state=State.OPEN).delete()
    ids = Lead.objects.open().order_by("id").values_list("id", flat=True)
    return screen_many(lead_ids=ids.iterator(chunk_size=10_000), now=now) + Counter(mended=gone)


def facts_of(lead: Lead) -> Facts:
    person = lead.contact
    return Facts(
        customer=lead.customer.name,
        contact=person.name if person else "",
        title=person.title if person else "",
        phone=person.phone if person else "",
        email=person.email if person else "",
        channel="" if lead.channel_id is None else str(lead.channel_id),
        source_detail=lead.source_detail,
        campaign=lead.campaign,
        industry=lead.industry,
        size=lead.size,
        region=lead.region,
        first_need=lead.first_need,
    )


@transaction.atomic
def accept_finding(*, finding: Finding, actor: User, now: datetime) -> Finding:
    """It is right as it is: off the list until the value changes."""
    require(actor, Verb.EDIT, finding.lead)
    waiting = Finding.objects.filter(pk=finding.pk, accepted_at=None)
    if not waiting.update(accepted_at=now, accepted_by=actor):
        raise Conflict(msg("This finding is gone: somebody has mended it meanwhile."))
    finding.accepted_at, finding.accepted_by = now, actor
    return finding


@transaction.atomic
def reopen_finding(*, finding: Finding, actor: User, now: datetime) -> Finding:
    """Back onto the list."""
    require(actor, Verb.EDIT, finding.lead)
    Finding.objects.filter(pk=finding.pk).update(accepted_at=None, accepted_by=None, found_at=now)
    finding.accepted_at = finding.accepted_by = None
    return finding


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of leads that were to be marked invalid together."""

    done: int
    refused: Mapping[str, Message]
    """Lead number -> why not."""


def invalidate_certain(*, work: Work, actor: User, now: datetime) -> Bulk:
    """Mark those leads invalid that break a rule which leaves no doubt; each is an operation of its own.

    At most :data:`MOST_AT_ONCE`; leads that the person may not mark are refused one by one.
    """
    if not may(actor, "screen"):
        raise NotAllowed(msg("Your role does not clean leads."))
    rule = RULES.get(work.rule)
    if rule is None or not rule.certain:
        raise DataError(msg("This rule leaves doubt: decide lead by lead."), field="rule")
    done, refused = 0, {}
    for lead in queries.leads(actor, work)[:MOST_AT_ONCE]:
        try:
            invalidate_lead(lead=lead, reason=rule.cause, actor=actor, now=now)
            done += 1
        except LeadloopError as error:
            refused[lead.number] = error.message
    return Bulk(done, refused)


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    numbers = iter(ids)
    while chunk := list(islice(numbers, CHUNK)):
        yield chunk


def _facts_of_many(ids: Sequence[int]) -> dict[int, Facts]:
    """Of those that are open. They stay as they are until the findings are written."""
    leads = Lead.objects.open().filter(id__among=ids).order_by("id")
    if connection.vendor != "sqlite":
        # In the order of their ids, as everybody who locks several leads does.
        list(leads.select_for_update().values_list("pk"))
    return {row[0]: facts_of_row(row[1:]) for row in leads.values_list("id", *COLUMNS)}


def _keep_up(facts: Mapping[int, Facts], lead_ids: Collection[int], now: datetime) -> Counter[str]:
    """Make the rows of these leads what the rules say; leads without facts have none."""
    wanted = _wanted(facts)
    present = {_key(row): row for row in Finding.objects.filter(lead__id__among=list(lead_ids))}
    gone = [row.pk for key, row in present.items() if key not in wanted]
    if gone:
        Finding.objects.filter(pk__in=gone).delete()
    new = [
        Finding(lead_id=key[0], rule=key[1], field=key[2], severity=severity, mark=of, found_at=now)
        for key, (severity, of) in wanted.items()
        if key not in present
    ]
    if new:
        Finding.objects.bulk_create(new, ignore_conflicts=True)
    _look_again(present, wanted, now)
    return Counter(found=len(new), mended=len(gone))


def _wanted(facts: Mapping[int, Facts]) -> dict[Key, tuple[int, str]]:
    return {
        (lead_id, hit.rule.key, hit.field): (hit.rule.severity, mark(getattr(of, hit.field)))
        for lead_id, of in facts.items()
        for hit in rules.screen(of)
    }


def _look_again(present: Mapping[Key, Finding], wanted: Mapping[Key, tuple[int, str]], now: datetime) -> None:
    """A value that was accepted has changed, or the rule has another severity now."""
    changed = []
    for key, row in present.items():
        if key not in wanted or wanted[key] == (row.severity, row.mark):
            continue
        if wanted[key][1] != row.mark:
            row.accepted_at, row.accepted_by_id, row.found_at = None, None, now
        row.severity, row.mark = wanted[key]
        changed.append(row)
    if changed:
        Finding.objects.bulk_update(changed, ["severity", "mark", "accepted_at", "accepted_by", "found_at"])


def mark(value: str) -> str:
    """Tells whether a value is still the same without keeping it."""
    return salted_hmac("leadloop.screening", value).hexdigest()[:16]


def _key(row: Finding) -> Key:
    return row.lead_id, row.rule, row.field
