from __future__ import annotations

from django.http import HttpRequest

from leadloop.people.models import User


def user_of(request: HttpRequest) -> User:
    """Who is signed in; only for views that require it."""
    assert isinstance(request.user, User)
    return request.user
