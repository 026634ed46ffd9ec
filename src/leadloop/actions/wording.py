"""Words about actions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadloop.actions.models import Kind, NextAction, Repeat
from leadloop.actions.rules import REASONS
from leadloop.foundation.messages import Message, msg

_DROPPED: Mapping[str, Message] = MappingProxyType(
    {
        "@won": msg("The lead was won"),
        "@lost": msg("The lead was lost"),
        "@invalid": msg("The lead was marked invalid"),
        "@merged": msg("The lead was merged"),
        "@withdrawn": msg("The import of the lead was undone"),
        "@released": msg("The lead went back to the pool"),
    }
)

ICONS: Mapping[str, str] = MappingProxyType(
    {
        Kind.CALL: "phone",
        Kind.VISIT: "building",
        Kind.WECHAT: "messages",
        Kind.EMAIL: "mail",
        Kind.MEETING: "users",
        Kind.DEMO: "player-play",
        Kind.SEND: "send",
        Kind.OTHER: "circle-check",
    }
)


def why_put_off(reason: str) -> Message:
    return REASONS.get(reason) or msg("%(text)s", text=reason)


def why_dropped(reason: str) -> Message:
    return _DROPPED.get(reason) or msg("%(text)s", text=reason)


def how_often(action: NextAction) -> Message | None:
    """None: once."""
    if not action.repeat:
        return None
    one, many = _EVERY[Repeat(action.repeat)]
    return one if action.every == 1 else msg(many, count=action.every)


_EVERY: Mapping[Repeat, tuple[Message, str]] = MappingProxyType(
    {
        Repeat.DAILY: (msg("every day"), msg("every %(count)s days").text),
        Repeat.WEEKLY: (msg("every week"), msg("every %(count)s weeks").text),
        Repeat.MONTHLY: (msg("every month"), msg("every %(count)s months").text),
    }
)
