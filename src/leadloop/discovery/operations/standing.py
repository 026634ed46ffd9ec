"""Keep what lists ask for: one row a lead, made of its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from leadloop.discovery.models import Answer, Discovery
from leadloop.discovery.queries.policies import policy_of
from leadloop.discovery.rules import standing_of
from leadloop.leads.models import Lead
from leadloop.people.kept import steady

CHUNK = 500


def settle(lead: Lead) -> None:
    """After a change of its answers, in the same transaction."""
    settle_many([lead.pk])


@steady()
def settle_many(lead_ids: Collection[int]) -> None:
    ids = sorted(lead_ids)
    for start in range(0, len(ids), CHUNK):
        _settle_chunk(ids[start : start + CHUNK])


def _settle_chunk(ids: list[int]) -> None:
    _alone_with(ids)
    processes = dict(Lead.objects.filter(pk__in=ids).order_by().values_list("pk", "process_id"))
    answered: dict[int, set[str]] = defaultdict(set)
    rows = Answer.objects.filter(lead__in=ids, removed_at=None).order_by()
    for lead_id, part in rows.values_list("lead_id", "part"):
        answered[lead_id].add(part)
    Discovery.objects.bulk_create(
        (_row(lead_id, answered[lead_id], process_id) for lead_id, process_id in processes.items()),
        update_conflicts=True,
        unique_fields=["lead"],
        update_fields=["parts", "done", "complete"],
    )


def _alone_with(ids: list[int]) -> None:
    """From here on nobody else settles these leads, so that what is read next has everybody's answers: two
    people answer at once, and neither sees the other's row before it is committed.
    """
    Discovery.objects.bulk_create((Discovery(lead_id=pk) for pk in ids), ignore_conflicts=True)
    list(Discovery.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def _row(lead_id: int, parts: Collection[str], process_id: int) -> Discovery:
    standing = standing_of(parts, policy_of(process_id))
    return Discovery(
        lead_id=lead_id,
        parts="".join(standing.done),
        done=len(standing.done),
        complete=standing.complete,
    )
