from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast

from leadloop.people.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in(client_for: Callable[..., Client]) -> SignedIn:
    """A browser that asks for English."""
    return lambda user: client_for(user, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def ops(cast: Cast, signed_in: SignedIn) -> Client:
    return signed_in(cast.ops)
