"""What people can be told about. Each package declares its own kinds from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from leadloop.foundation.messages import Message, msg


class Channel(StrEnum):
    """How a notice reaches a person."""

    APP = "app"
    MAIL = "mail"
    """An e-mail at once."""
    DIGEST = "digest"
    """In the next collected e-mail."""


LEADS = msg("Leads")
TEAM = msg("Team")
DATA = msg("Data")
SYSTEM = msg("System")
"""Headings under which kinds stand; a package may bring its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``channels`` is what holds until a person says otherwise; ``for_roles`` empty: everybody."""

    key: str
    title: Message
    group: Message
    channels: Collection[Channel] = (Channel.APP,)
    for_roles: Collection[str] = ()
    icon: str = "bell"


_offered: dict[str, Kind] = {}


def offer(kind: Kind) -> None:
    """Declare a kind. Offering the same again changes nothing.

    :raises ValueError: another kind has this key already.
    """
    if _offered.setdefault(kind.key, kind) != kind:
        raise ValueError(f"two kinds of notices are called {kind.key}")


def offered() -> tuple[Kind, ...]:
    """All kinds, those of a group together, in the order in which they were declared."""
    groups = list(dict.fromkeys(kind.group.text for kind in _offered.values()))
    return tuple(sorted(_offered.values(), key=lambda kind: groups.index(kind.group.text)))


def kind_of(key: str) -> Kind:
    """The kind with this key; for rows of a package that is gone, one that says no more than that."""
    return _offered.get(key) or Kind(key, msg("Notice"), SYSTEM)


def known(key: str) -> Kind:
    """:raises ValueError: nobody has declared it."""
    if key not in _offered:
        raise ValueError(f"no kind of notice is called {key}; declare it with notices.kinds.offer")
    return _offered[key]


def for_roles(roles: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds that somebody with these roles can be told about."""
    own = {str(role) for role in roles}
    return tuple(
        kind for kind in offered() if not kind.for_roles or own & {str(role) for role in kind.for_roles}
    )
