"""Whether what lists show of need discovery is what the answers give."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from leadloop.discovery.models import Answer, Discovery
from leadloop.discovery.queries.policies import policies
from leadloop.discovery.rules import Policy
from leadloop.leads.models import Lead
from leadloop.playbook.models import Part

EXAMPLES = 5


def wrong_standings() -> tuple[int, tuple[str, ...]]:
    """How many leads stand wrong, and the numbers of some."""
    held = Answer.objects.filter(lead=OuterRef("pk"), removed_at=None)
    wrong = Q(Exists(held), discovery=None)
    for part in Part:
        answered = Q(Exists(held.filter(part=part.value)))
        stored = Q(discovery__parts__contains=part.value)
        wrong |= Q(discovery__isnull=False) & ((answered & ~stored) | (~answered & stored))
    for process_id, policy in policies().items():
        wrong |= Q(process=process_id, discovery__isnull=False) & _wrongly_complete(policy)
    found = Lead.objects.filter(wrong).order_by("pk")
    return found.count(), tuple(found.values_list("number", flat=True)[:EXAMPLES])


def _wrongly_complete(policy: Policy) -> Q:
    every = Q()
    for part in policy.parts:
        every &= Q(discovery__parts__contains=part.value)
    return (every & Q(discovery__complete=False)) | (~every & Q(discovery__complete=True))


def known() -> int:
    return Discovery.objects.count()
