"""Chains follow their leads when customers are merged, and when that is taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from leadloop.chain.models import Member


def follow(lead_ids: Collection[int], contacts: Mapping[int, int]) -> None:
    """Of contacts that were found to be one, the one that stands for the other; never the same twice."""
    rows = Member.objects.filter(lead__in=lead_ids, contact__in=contacts).order_by("pk")
    for member in rows:
        into = contacts[member.contact_id or 0]
        if not Member.objects.filter(lead=member.lead_id, contact=into).exists():
            Member.objects.filter(pk=member.pk).update(contact=into)
