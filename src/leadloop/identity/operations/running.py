"""Search all customers for pairs that may be one; merge all certain ones. The rows of Run are the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from leadloop.customers.matching.finding import Entry, find_pairs
from leadloop.customers.matching.finding import Pair as Found
from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.identity.models import UNFINISHED, Job, Merge, Pair, Run, Status, Verdict
from leadloop.identity.operations.merging import merge
from leadloop.identity.operations.moving import adopt_strays
from leadloop.identity.plans import both, plan, proposal
from leadloop.identity.policy import Thresholds, thresholds
from leadloop.identity.queries import ordered
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of

LEASE = timedelta(minutes=15)
"""A worker at work renews it; one that died is followed by another after it."""
_CHUNK = 1_000

Clock = Callable[[], datetime]


def ask(*, job: Job, actor: User | None, now: datetime) -> Run:
    """The run that is waiting or going on, or a new one.

    Who may decide about pairs may ask for a search; all certain pairs are merged for sales operations only.
    """
    if actor is not None and not may(actor, "work"):
        raise NotAllowed(msg("Your role does not merge customers."))
    if actor is not None and job == Job.MERGE and Role.OPS not in roles_of(actor):
        raise NotAllowed(msg("Only sales operations merge all certain pairs at once."))
    try:
        with transaction.atomic():
            return Run.objects.create(job=job, asked_at=now, asked_by=actor)
    except IntegrityError:
        return Run.objects.get(job=job, status__in=UNFINISHED)


def waiting(now: datetime) -> list[int]:
    """Runs that nobody is at."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return list(Run.objects.filter(free, status__in=UNFINISHED).order_by("id").values_list("pk", flat=True))


def run(*, run_id: int, clock: Clock) -> Run | None:
    """Do it, unless another worker is at it. Doing it twice does no harm: it finds the same pairs."""
    now = clock()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    mine = Run.objects.filter(free, pk=run_id, status__in=UNFINISHED)
    if not mine.update(status=Status.RUNNING, started_at=now, lease_until=now + LEASE):
        return None
    found = Run.objects.select_related("asked_by").get(pk=run_id)
    try:
        _WORK[Job(found.job)](found, clock)
    except Exception:
        Run.objects.filter(pk=run_id).update(status=Status.FAILED, finished_at=clock(), lease_until=None)
        raise
    found.status, found.finished_at, found.lease_until = Status.DONE, clock(), None
    found.save()
    return found


def _search(run: Run, clock: Clock) -> None:
    adopt_strays(now=clock())
    limits = thresholds()
    run.total = Customer.objects.filter(merged_into=None).count()
    run.save(update_fields=["total"])
    pairs = find_pairs(entries(), at_least=limits.listed, report=lambda *_: _go_on(run, clock()))
    run.done = store(pairs, limits, clock())


def _go_on(run: Run, now: datetime) -> None:
    """Nobody else takes up a search that is only slow."""
    if run.lease_until is None or run.lease_until - now < LEASE * 0.9:
        run.lease_until = now + LEASE
        run.save(update_fields=["lease_until"])


def entries() -> Iterator[Entry]:
    """Every customer once for each of its contacts, and once more for each other name."""
    people: dict[int, list[tuple[str, str, str]]] = {}
    rows = Contact.objects.order_by().values_list("customer_id", "name", "phone_key", "email_key")
    for customer_id, *facts in rows.iterator(chunk_size=5_000):
        people.setdefault(customer_id, []).append((facts[0], facts[1], facts[2]))
    customers = Customer.objects.filter(merged_into=None).order_by("pk")
    known = customers.values_list("pk", "name", "credit_code")
    for pk, name, code in known.iterator(chunk_size=5_000):
        for contact in people.pop(pk, [("", "", "")]):
            yield Entry(pk, name, code, *contact)
    names = customers.exclude(aliases=None).values_list("pk", "aliases__name", "credit_code")
    for pk, name, code in names.iterator(chunk_size=5_000):
        yield Entry(pk, name, code)


def store(pairs: list[Found], limits: Thresholds, now: datetime) -> int:
    """The list as it is now. What people have decided stays decided; gives how many are open."""
    for start in range(0, len(pairs), _CHUNK):
        with transaction.atomic():
            _store_some(pairs[start : start + _CHUNK], limits, now)
    with transaction.atomic():
        Pair.objects.filter(verdict=Verdict.OPEN, found_at__lt=now).delete()
    return Pair.objects.filter(verdict=Verdict.OPEN).count()


def _store_some(pairs: list[Found], limits: Thresholds, now: datetime) -> None:
    # Whoever was merged or deleted while the search went on is left out.
    ids = {pair.one for pair in pairs} | {pair.other for pair in pairs}
    there = set(Customer.objects.filter(pk__in=ids, merged_into=None).values_list("pk", flat=True))
    taken_back = _taken_back(ids)
    rows = [
        Pair(
            one_id=pair.one,
            other_id=pair.other,
            probability=round(pair.probability, 4),
            certain=pair.certain(limits.certain) and (pair.one, pair.other) not in taken_back,
            levels=[list(level) for level in pair.levels],
            found_at=now,
        )
        for pair in pairs
        if pair.one in there and pair.other in there
    ]
    Pair.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["probability", "certain", "levels", "found_at"],
    )


def _taken_back(ids: set[int]) -> set[tuple[int, int]]:
    """Merges that somebody has undone: not to be done again unseen."""
    undone = Merge.objects.filter(absorbed__in=ids, undone_at__isnull=False)
    found = undone.values_list("survivor", "absorbed")
    return {(min(pair), max(pair)) for pair in found}


def _merge_certain(run: Run, clock: Clock) -> None:
    ids = list(
        Pair.objects.filter(verdict=Verdict.OPEN, certain=True)
        .order_by("-probability", "pk")
        .values_list("pk", flat=True)
    )
    run.total = len(ids)
    for place, pair_id in enumerate(ids):
        merged = merge_pair(pair_id=pair_id, actor=run.asked_by, now=clock())
        run.done += merged
        run.left_out += not merged
        if place % 20 == 0:
            run.save(update_fields=["total", "done", "left_out"])
            _go_on(run, clock())


def merge_pair(*, pair_id: int, actor: User | None, now: datetime) -> bool:
    """One certain pair with the values that the page would propose; False when it cannot be merged."""
    pair = Pair.objects.filter(pk=pair_id, verdict=Verdict.OPEN, certain=True).first()
    if pair is None:
        # An earlier merge of the same run has answered it.
        return False
    survivor, absorbed = ordered(pair.one, pair.other)
    both_now = both(survivor, absorbed)
    proposed = plan(both_now, proposal(both_now))
    try:
        merge(survivor=survivor, absorbed=absorbed, plan=proposed, actor=actor, now=now)
    except LeadloopError:
        return False
    return True


_WORK: dict[Job, Callable[[Run, Clock], None]] = {Job.SEARCH: _search, Job.MERGE: _merge_certain}
