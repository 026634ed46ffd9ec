"""What the newest published version of each process asks for."""

from __future__ import annotations

from collections.abc import Mapping

from leadloop.discovery.rules import Policy, read
from leadloop.people.kept import Kept
from leadloop.process.models import Version


def _read_all() -> Mapping[int, Policy]:
    rows = Version.objects.filter(published_at__isnull=False).order_by("number")
    return {process_id: read(policies) for process_id, policies in rows.values_list("process_id", "policies")}


_policies = Kept(_read_all)


def policy_of(process_id: int) -> Policy:
    return _policies().get(process_id) or Policy()


def policies() -> Mapping[int, Policy]:
    return _policies()


def target(process_id: int) -> float:
    """The share of leads with complete need discovery that the policy aims at."""
    return policy_of(process_id).target
