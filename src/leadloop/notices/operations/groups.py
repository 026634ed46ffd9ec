"""Chat groups that are told: set up, change, try, remove."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg, to_data
from leadloop.notices import kinds, waking
from leadloop.notices.addresses import Target, check_target, read_address
from leadloop.notices.models import Circuit, Delivery, DeliveryState, Endpoint, Post, Service
from leadloop.notices.permissions import require_runs_groups
from leadloop.notices.queries import way_of
from leadloop.people.models import Team, User

TEST = "test"


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """``address`` and ``secret`` empty: those that are kept stay."""

    name: str
    team: Team | None
    kinds: Collection[str]
    address: str = ""
    secret: str = ""
    language: str = ""
    names_records: bool = False


def add_group(*, facts: GroupFacts, actor: User, now: datetime) -> Endpoint:
    require_runs_groups(actor)
    if not facts.address.strip():
        raise DataError(msg("Paste the address of the robot."), field="address")
    target = _checked(facts.address)
    _check(facts)
    return _save(Endpoint(created_at=now, created_by=actor), facts, target)


def change_group(*, endpoint: Endpoint, facts: GroupFacts, actor: User, now: datetime) -> Endpoint:
    require_runs_groups(actor)
    _check(facts)
    target = _checked(facts.address) if facts.address.strip() else None
    return _save(endpoint, facts, target)


def _checked(address: str) -> Target:
    """Outside of any transaction: asking for a name may take seconds."""
    target = read_address(address)
    check_target(target)
    return target


def _check(facts: GroupFacts) -> None:
    if not facts.name.strip():
        raise DataError(msg("A group needs a name."), field="name")
    if not facts.kinds:
        raise DataError(msg("Choose what the group is told."), field="kinds")
    if not set(facts.kinds) <= {kind.key for kind in kinds.offered()}:
        raise DataError(msg("This is nothing that can be chosen."), field="kinds")


@transaction.atomic
def _save(endpoint: Endpoint, facts: GroupFacts, target: Target | None) -> Endpoint:
    endpoint.name, endpoint.team = facts.name.strip(), facts.team
    endpoint.kinds = sorted(facts.kinds)
    endpoint.language = facts.language or settings.LANGUAGE_CODE
    endpoint.names_records = facts.names_records
    if target is not None:
        endpoint.address, endpoint.service = facts.address.strip(), target.service
        # A signature belongs to its robot.
        endpoint.secret = facts.secret.strip()
    elif facts.secret.strip():
        endpoint.secret = facts.secret.strip()
    if endpoint.secret and endpoint.service != Service.DINGTALK:
        raise DataError(msg("Only DingTalk's messages are signed."), field="secret")
    endpoint.save()
    if target is not None:
        # Whoever mended the address need not wait until the old one would have been tried again.
        Circuit.objects.filter(key=way_of(endpoint.pk)).delete()
    return endpoint


@transaction.atomic
def test_group(*, endpoint: Endpoint, actor: User, now: datetime) -> Post:
    """A message that only says that it arrived, on the way that all others take."""
    require_runs_groups(actor)
    Circuit.objects.filter(key=way_of(endpoint.pk)).delete()
    post = Post.objects.create(
        endpoint=endpoint,
        kind=TEST,
        message=to_data(msg("This group hears from leadloop now.")),
        names=[],
        created_at=now,
    )
    transaction.on_commit(waking.look_at_deliveries)
    return post


@transaction.atomic
def remove_group(*, endpoint: Endpoint, actor: User, now: datetime) -> None:
    """The key goes at once; what was sent stays in the log. What waits is not sent, and the log says so."""
    require_runs_groups(actor)
    Endpoint.objects.filter(pk=endpoint.pk).update(removed_at=now, address="", secret="")
    Post.objects.filter(endpoint=endpoint, delivery=None).delete()
    why = to_data(msg("The group was removed."))
    Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).update(
        state=DeliveryState.DROPPED, ended_at=now, problem=why
    )
    Circuit.objects.filter(key=way_of(endpoint.pk)).delete()
