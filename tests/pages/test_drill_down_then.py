"""Figures as of an earlier moment: who may see a lead is a matter of now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.pages.conftest import SignedIn
from tests.pages.test_drill_down import opened

from leadloop.leads.operations import assign_lead, invalidate_lead, withdraw_lead

pytestmark = pytest.mark.django_db
LATER = NOW + hours(72)


SEES = {"owner": "1", "teammate": "0", "stranger": "1", "manager": "1", "ops": "2"}
"""The owner keeps the one that is invalid by now; it counted then. What was withdrawn never did."""


@pytest.mark.parametrize("steps", ["general_b2b", "all"])
def test_lead_given_away_since_is_counted_for_the_new_owner_only(
    steps: str, cast: Cast, signed_in: SignedIn, settings: Any, tmp_path: Path
) -> None:
    settings.STORE = tmp_path
    place = {"owner": cast.owner, "team": cast.key_accounts}
    given, invalid = a_lead(**place), a_lead(**place)
    assign_lead(lead=given, owner=cast.stranger, team=cast.south, actor=None, now=LATER)
    invalidate_lead(lead=invalid, reason="test", actor=None, now=LATER)
    withdraw_lead(lead=a_lead(**place), actor=None, now=LATER)
    address = f"/leads/?figure=leads&period=2026-06&compare=none&process={steps}&as_of=2026-06-16"
    found = {who: opened(signed_in(cast.everybody()[who]), address) for who in SEES}
    assert found == {who: (figure, figure) for who, figure in SEES.items()}
