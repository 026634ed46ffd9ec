from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories import NOW

from leadloop.people.models import User
from leadloop.playbook.operations import install_shipped
from leadloop.process.models import Process

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in(client_for: Callable[..., Client]) -> SignedIn:
    """A browser whose reader wants English."""
    return lambda user: client_for(user, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def shipped(process: Process) -> None:
    """The playbook that comes with the application."""
    install_shipped(now=NOW)
