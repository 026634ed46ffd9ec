"""What a decision chain lacks, and which reporting lines can be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leadloop.foundation.messages import Message, msg

DECISION_MAKER = "decision_maker"

BUILT_IN: Mapping[str, Message] = MappingProxyType(
    {
        DECISION_MAKER: msg("decision maker"),
        "user": msg("end user"),
        "technical": msg("technical"),
        "purchasing": msg("purchasing"),
        "finance": msg("finance"),
    }
)
_NOBODY: Mapping[str, Message] = MappingProxyType(
    {
        DECISION_MAKER: msg("Nobody who decides is known yet"),
        "user": msg("Nobody who will use it yet"),
        "technical": msg("Nobody from the technical side yet"),
        "purchasing": msg("Nobody from purchasing yet"),
        "finance": msg("Nobody from finance yet"),
    }
)


@dataclass(frozen=True, slots=True)
class Roles:
    """What the process says about decision chains."""

    names: Mapping[str, Message]
    """Every role that may be given, in order."""
    required: tuple[str, ...]
    ask_for_opponents: bool = True

    def name(self, role: str) -> Message:
        return self.names.get(role) or BUILT_IN.get(role) or msg("%(role)s", role=role)


@dataclass(frozen=True, slots=True)
class Known:
    """Of one person, what gaps are found by."""

    role: str
    stance: int | None
    met: bool


@dataclass(frozen=True, slots=True)
class Gap:
    message: Message
    role: str = ""
    """The role that somebody is missing for."""


def read(policy: Mapping[str, Any], language: str) -> Roles:
    """``[chain]`` of a process; what cannot be read is left out."""
    also = {
        str(row["key"]): str(row.get("zh" if language.startswith("zh") else "en") or row["key"])
        for row in policy.get("also", [])
        if isinstance(row, Mapping) and row.get("key")
    }
    names = {**BUILT_IN, **{key: msg("%(role)s", role=name) for key, name in also.items()}}
    required = policy.get("required", list(BUILT_IN))
    return Roles(
        names=MappingProxyType(names),
        required=tuple(role for role in required if role in names),
        ask_for_opponents=policy.get("ask_for_opponents", True) is not False,
    )


def gaps(people: Collection[Known], roles: Roles) -> tuple[Gap, ...]:
    """In the order of what they cost: nobody to talk to, nobody met, nobody asked for doubts."""
    return tuple(_gaps(people, roles))


def _gaps(people: Collection[Known], roles: Roles) -> Iterator[Gap]:
    there = {person.role for person in people}
    for role in roles.required:
        if role not in there:
            yield Gap(_NOBODY.get(role) or msg("Nobody for “%(role)s” yet", role=roles.name(role)), role)
    deciding = [person for person in people if person.role == DECISION_MAKER]
    if deciding and not any(person.met for person in deciding):
        yield Gap(msg("The decision maker was not met"))
    if not people:
        return
    if unknown := sum(person.stance is None for person in people):
        yield Gap(msg("Stance still unknown: %(count)s", count=unknown))
    if roles.ask_for_opponents and not any((person.stance or 0) < 0 for person in people):
        yield Gap(msg("Nobody who is against is known"))


def closes_a_circle(bosses: Mapping[int, int | None], member: int, boss: int) -> bool:
    """Whether ``member`` would report to themselves, over however many, if they reported to ``boss``."""
    passed: set[int] = set()
    at: int | None = boss
    while at is not None and at not in passed:
        if at == member:
            return True
        passed.add(at)
        at = bosses.get(at)
    return False
