"""Which parts of need discovery are answered, and which are asked for. No tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.playbook.models import Part

ALL = tuple(Part)
MOST_TEXT = 50_000
TARGET = 0.85
MOST_LEAST = 200

TITLES: Mapping[Part, Message] = {
    Part.SITUATION: msg("Situation"),
    Part.PROBLEM: msg("Problem"),
    Part.IMPLICATION: msg("Implication"),
    Part.PAYOFF: msg("Need-payoff"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a process asks for: data of its newest version, ``[discovery]``."""

    parts: tuple[Part, ...] = ALL
    """The parts that make it complete."""
    least_characters: int = 2
    """An answer shorter than this is none: “-”, “?”."""
    target: float = TARGET


def read(policies: Mapping[str, Any]) -> Policy:
    """From the policies of a version; those that know nothing of discovery ask for all four parts."""
    said = policies.get("discovery", {})
    parts = tuple(part for part in Part if part in said.get("parts", Part.values))
    targets = policies.get("time_limits", {}).get("targets", {})
    return Policy(
        parts=parts or ALL,
        least_characters=max(1, int(said.get("least_characters", 2))),
        target=float(said.get("target", targets.get("need_discovery", TARGET))),
    )


def to_data(policy: Policy) -> dict[str, Any]:
    return {
        "parts": [part.value for part in policy.parts],
        "least_characters": policy.least_characters,
        "target": policy.target,
    }


def check_policy(policy: Policy) -> None:
    if not policy.parts:
        raise DataError(msg("Choose at least one part."), field="parts")
    if not 1 <= policy.least_characters <= MOST_LEAST:
        raise DataError(
            msg("Between %(low)s and %(high)s characters.", low=1, high=MOST_LEAST), field="least_characters"
        )
    if not 0 < policy.target <= 1:
        raise DataError(msg("The target is a share of up to 100 percent."), field="target")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one lead is."""

    done: tuple[Part, ...]
    missing: tuple[Part, ...]
    """Of the parts that the policy asks for."""
    share: float
    """Of the parts that the policy asks for, those answered."""

    @property
    def complete(self) -> bool:
        return not self.missing


def standing_of(parts: Collection[str], policy: Policy) -> Standing:
    done = tuple(part for part in Part if part in parts)
    missing = tuple(part for part in policy.parts if part not in done)
    return Standing(done, missing, 1 - len(missing) / len(policy.parts))


def check_part(part: str) -> Part:
    if part not in Part.values:
        raise DataError(msg("Need discovery has the parts S, P, I and N."), field="part")
    return Part(part)


def check_text(text: str, policy: Policy, *, field: str = "text") -> str:
    """The answer as it is kept, or refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if len(text) < policy.least_characters:
        raise DataError(msg("Write down what the customer said."), field=field)
    if len(text) > MOST_TEXT:
        raise DataError(
            msg("At most %(most)s characters; these are %(count)s.", most=MOST_TEXT, count=len(text)),
            field=field,
        )
    privacy.check_texts({field: text})
    return text
