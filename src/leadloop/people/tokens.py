"""Keys for programs: made, found again, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet

from leadloop.foundation.errors import DataError, NotAllowed, NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.people.kept import Kept, own
from leadloop.people.models import ApiToken, User
from leadloop.people.permissions import may

SCOPES: Mapping[str, Message] = MappingProxyType(
    {
        "leads:write": msg("register leads"),
        "leads:read": msg("read leads"),
        "follow-ups:write": msg("log follow-ups and plan next actions"),
    }
)
MOST_PER_MINUTE = 1_000_000
_PREFIX = "ll_"
_SEEN_EVERY = timedelta(minutes=10)
"""How exact "last used" is; a write with every request would cost more than it tells."""


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
    per_minute: int = 600,
) -> tuple[ApiToken, str]:
    """A new key, which nobody can read again, and its record."""
    _require(user, actor)
    scopes = sorted(set(scopes))
    _check(name, scopes, per_minute, expires_at, now)
    key = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=" ".join(name.split()),
        digest=digest_of(key),
        start=key[:8],
        scopes=scopes,
        per_minute=per_minute,
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User, now: datetime) -> None:
    """At once and for good. Once more changes nothing."""
    _require(token.user, actor)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def find_token(key: str, *, now: datetime) -> ApiToken | None:
    """The record of a key that may be used now, with its person."""
    if not key.startswith(_PREFIX) or len(key) > 80:
        return None
    known = _known(digest_of(key))
    if known is None or not usable(known, now) or not known.user.is_active:
        return None
    if known.last_used_at is None or now - known.last_used_at > _SEEN_EVERY:
        ApiToken.objects.filter(pk=known.pk).update(last_used_at=now)
        # On the kept one: this column is not watched, or each use would forget everything.
        known.last_used_at = now
    token = own(known)
    token.user = own(known.user)
    return token


_tokens: Kept[dict[str, ApiToken]] = Kept(dict)
"""Those that were asked for, by digest."""


def _known(digest: str) -> ApiToken | None:
    kept = _tokens()
    if digest not in kept:
        rows = ApiToken.objects.select_related("user").defer("user__password", "user__last_login")
        token = rows.filter(digest=digest).first()
        if token is None:
            return None
        kept[digest] = token
    return kept[digest]


def usable(token: ApiToken, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def tokens_for(user: User) -> QuerySet[ApiToken]:
    """One's own; administrators see everybody's, to be able to revoke them."""
    tokens = ApiToken.objects.select_related("user")
    return tokens if may(user, "manage_people") else tokens.filter(user=user)


def get_token(user: User, pk: int) -> ApiToken:
    found = tokens_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such token."))
    return found


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _require(user: User, actor: User) -> None:
    if actor.pk != user.pk and not may(actor, "manage_people"):
        raise NotAllowed(msg("Tokens are made by the person they act for."))


def _check(name: str, scopes: list[str], per_minute: int, expires_at: datetime | None, now: datetime) -> None:
    if not name.strip():
        raise DataError(msg("Say what the token is for."), field="name")
    if len(name) > 120:
        raise DataError(msg("At most %(most)s characters.", most=120), field="name")
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise DataError(msg("Choose what the token may do."), field="scopes")
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise DataError(msg("A number between 1 and %(most)s.", most=MOST_PER_MINUTE), field="per_minute")
    if expires_at is not None and expires_at <= now:
        raise DataError(msg("This date has passed."), field="expires_on")
