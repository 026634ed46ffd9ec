"""Rules in words. Messages, so that each reader has them in the own language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from leadloop.foundation.messages import Message, msg
from leadloop.grading.fields import Field, Kind, Op

PARTS: Mapping[str, Message] = MappingProxyType(
    {"budget": msg("budget"), "authority": msg("authority"), "need": msg("need"), "timing": msg("timing")}
)

LINES: Mapping[str, Message] = MappingProxyType(
    {
        "intent": msg("intent (1–5)"),
        "described": msg("first need"),
        "contacted": msg("follow-up"),
        "waiting": msg("age"),
        "asking": msg("only asking"),
    }
)


def joined(parts: Sequence[Message]) -> Message:
    """``a; b; c`` as one message."""
    return _folded(parts, lambda before, part: msg("%(before)s; %(part)s", before=before, part=part))


def any_of(parts: Sequence[Message]) -> Message:
    return _folded(parts, lambda before, part: msg("%(before)s or %(part)s", before=before, part=part))


def _folded(parts: Sequence[Message], glue: Callable[[Message, Message], Message]) -> Message:
    if not parts:
        return msg("–")
    found, *rest = parts
    for part in rest:
        found = glue(found, part)
    return found


def said(field: Field, op: Op, values: Message, limit: float) -> Message:
    title = field.title
    number = int(limit) if float(limit).is_integer() else limit
    if op in {Op.AT_LEAST, Op.AT_MOST}:
        return _WITHIN[field.kind == Kind.DAYS, op](title, number)
    return _SAID[op](title, values)


_WITHIN: Mapping[tuple[bool, Op], Callable[[Message, float], Message]] = {
    (True, Op.AT_MOST): lambda field, number: msg(
        "%(field)s within %(number)s days", field=field, number=number
    ),
    (True, Op.AT_LEAST): lambda field, number: msg(
        "%(field)s %(number)s or more days away", field=field, number=number
    ),
    (False, Op.AT_MOST): lambda field, number: msg(
        "%(field)s at most %(number)s", field=field, number=number
    ),
    (False, Op.AT_LEAST): lambda field, number: msg(
        "%(field)s at least %(number)s", field=field, number=number
    ),
}

_SAID: Mapping[Op, Callable[[Message, Message], Message]] = {
    Op.IS: lambda field, values: msg("%(field)s: %(values)s", field=field, values=values),
    Op.IS_NOT: lambda field, values: msg("%(field)s: not %(values)s", field=field, values=values),
    Op.CONTAINS: lambda field, values: msg("%(field)s contains %(values)s", field=field, values=values),
    Op.KNOWN: lambda field, values: msg("%(field)s is known", field=field),
    Op.UNKNOWN: lambda field, values: msg("%(field)s is not known", field=field),
}

OPS: Mapping[Op, Message] = MappingProxyType(
    {
        Op.IS: msg("is"),
        Op.IS_NOT: msg("is not"),
        Op.CONTAINS: msg("contains"),
        Op.AT_LEAST: msg("at least"),
        Op.AT_MOST: msg("at most"),
        Op.KNOWN: msg("is known"),
        Op.UNKNOWN: msg("is not known"),
    }
)
