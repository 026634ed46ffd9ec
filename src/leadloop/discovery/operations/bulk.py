"""Many answers at once, as the demo company and loads of old data bring them.

Journal rows are the caller's: what is loaded happened long ago, and the load says so itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadloop.discovery.models import Answer
from leadloop.discovery.operations.standing import settle_many
from leadloop.discovery.queries.policies import policy_of
from leadloop.discovery.rules import check_part, check_text
from leadloop.leads.models import Lead
from leadloop.people.kept import steady

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class AnswerRow:
    lead_id: int
    part: str
    text: str
    at: datetime
    by_id: int | None = None


@steady()
@transaction.atomic
def write_answers(*, rows: Iterable[AnswerRow]) -> int:
    """Checked like single ones, by the policy of each lead's process; how many."""
    given = list(rows)
    ids = {row.lead_id for row in given}
    processes = dict(Lead.objects.filter(id__among=ids).order_by().values_list("pk", "process_id"))
    Answer.objects.bulk_create(
        (
            Answer(
                lead_id=row.lead_id,
                part=check_part(row.part),
                text=check_text(row.text, policy_of(processes[row.lead_id])),
                by_id=row.by_id,
                at=row.at,
            )
            for row in given
        ),
        batch_size=CHUNK,
    )
    settle_many(sorted(ids))
    return len(given)
