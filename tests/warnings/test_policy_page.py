"""Sales operations publish other rules; what is left empty is off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Cast

from leadloop.people.models import User
from leadloop.process.queries import current_version, default_process, policy
from leadloop.warnings.operations.publishing import data_of
from leadloop.warnings.rules import Policy, read

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
ADDRESS = "/warnings/rules/"


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    """What the form shows, with changes."""
    form = client.get(ADDRESS).context["form"]
    values = {bound.name: bound.value() for bound in form}
    return {name: value for name, value in {**values, **changes}.items() if value not in (None, False)}


def test_other_rules_are_published_and_empty_ones_are_off(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.ops)
    sent = filled(client, silent_days="21", quotations="", required_roles=["finance"])

    assert client.post(ADDRESS, sent).status_code == 302

    held = read(policy(default_process(), "warnings"))
    assert (held.silent_days, held.quotations, held.expected_times) == (21, None, 2)
    assert policy(default_process(), "chain")["required"] == ["finance"]


def test_what_nobody_changed_stays_as_it_was(cast: Cast, client_for: ClientFor) -> None:
    before = read(policy(default_process(), "warnings"))
    client = client_for(cast.ops)

    client.post(ADDRESS, filled(client))

    assert read(policy(default_process(), "warnings")) == before
    assert current_version(default_process()).number == 2


def test_who_publishes_over_somebody_elses_rules_is_told(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.ops)
    stale = filled(client)
    client.post(ADDRESS, filled(client, silent_days="5"))

    assert client.post(ADDRESS, stale).status_code == 422
    assert read(policy(default_process(), "warnings")).silent_days == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [("silent_days", "-1"), ("percentile", "100"), ("quotations", "1"), ("required_roles", ["king"])],
)
def test_what_cannot_be_is_refused_at_its_field(
    cast: Cast, client_for: ClientFor, field: str, value: Any
) -> None:
    client = client_for(cast.ops)

    refused = client.post(ADDRESS, filled(client, **{field: value}))

    assert refused.status_code == 422
    assert field in refused.context["form"].errors


@pytest.mark.parametrize("who", ["owner", "manager", "marketing", "exec", "admin"])
def test_only_sales_operations_change_the_rules(cast: Cast, client_for: ClientFor, who: str) -> None:
    assert client_for(getattr(cast, who)).get(ADDRESS).status_code == 403


numbers = st.none() | st.floats(0.5, 3_000)


@given(
    st.builds(
        Policy,
        silent_days=numbers,
        quotations=st.none() | st.integers(2, 50),
        quotations_days=st.floats(1, 3_000),
        percentile=st.integers(50, 99),
        at_least_won=st.integers(1, 1_000),
        expected_times=numbers,
        decision_maker=st.booleans(),
        no_action_days=numbers,
        overdue_days=numbers,
    )
)
def test_what_is_written_is_what_is_read(policy: Policy) -> None:
    usual = Policy()
    if policy.quotations is None:
        policy = replace(policy, quotations_days=usual.quotations_days)
    if policy.expected_times is None:
        policy = replace(policy, percentile=usual.percentile, at_least_won=usual.at_least_won)

    assert read(data_of(policy)) == policy
