"""How far leads are, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Prefetch, QuerySet

from leadloop.discovery.models import Answer, AnswerVersion, Discovery
from leadloop.discovery.queries.policies import policy_of
from leadloop.discovery.rules import Standing, standing_of
from leadloop.leads.models import Lead
from leadloop.people.kept import steady


def standing(lead: Lead) -> Standing:
    """Which parts are answered, which that the policy asks for are missing, and the share."""
    parts = Discovery.objects.filter(pk=lead.pk).values_list("parts", flat=True).first()
    return standing_of(parts or "", policy_of(lead.process_id))


@steady()
def standings(lead_ids: Collection[int]) -> Mapping[int, Standing]:
    """Of every lead among ``lead_ids``, in one query; those without an answer included."""
    rows = Lead.objects.filter(pk__in=list(lead_ids)).order_by()
    return {
        pk: standing_of(parts or "", policy_of(process_id))
        for pk, process_id, parts in rows.values_list("pk", "process_id", "discovery__parts")
    }


def answers_of(lead: Lead, *, removed: bool = False) -> QuerySet[Answer]:
    """In the order in which they were given, with their earlier versions. Free words: not for readers to
    whom the contact is masked."""
    found = Answer.objects.filter(lead=lead).select_related("by", "changed_by", "removed_by")
    earlier = Prefetch("earlier", AnswerVersion.objects.select_related("by"))
    return (found if removed else found.filter(removed_at=None)).prefetch_related(earlier)
