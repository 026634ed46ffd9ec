from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import a_lead
from tests.grading.things import qualified

from leadloop.leads.models import Lead
from leadloop.people.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in(client_for: Callable[..., Client]) -> SignedIn:
    """A browser whose reader wants English."""
    return lambda user: client_for(user, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def an_a(cast: Cast) -> Lead:
    """A lead of the cast's owner that the rules make an A."""
    return qualified(a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts))
