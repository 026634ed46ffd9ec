from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.playbook.operations import install_shipped

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in(client_for: Callable[..., Client]) -> SignedIn:
    """A browser whose reader wants English."""
    return lambda user: client_for(user, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def lead(cast: Cast) -> Lead:
    """Of the cast's owner, in Key accounts."""
    return a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts, industry="制造业")


@pytest.fixture
def shipped(cast: Cast) -> None:
    install_shipped(now=NOW)
