"""What the person chose for an import. A value: stored with it, so that a restarted worker does the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

Duplicates = Literal["skip", "update", "keep"]
MATCH_KEYS = ("number", "credit_code", "email", "phone")
_CHOICES = {
    "duplicates": ("skip", "update", "keep"),
    "won_without_amount": ("reject", "zero"),
    "ownerless": ("rules", "pool"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """``match``: the hard keys by which a row is found to be a lead that is already here.

    ``process``: key of the process that the leads enter; None is the default one. ``new_process``: make a
    process of that name from the file's stages instead. ``stages``: stage in the file -> stage of the
    process; what is left out is matched by key, then by canonical step. ``ownerless``: open leads to which
    the file gives no owner are given to somebody by the rules of assignment, or wait in the pool whose
    conditions they meet.
    """

    duplicates: Duplicates = "skip"
    match: tuple[str, ...] = MATCH_KEYS
    won_without_amount: Literal["reject", "zero"] = "reject"
    process: str | None = None
    new_process: str = ""
    stages: Mapping[str, str] = field(default_factory=dict)
    create_missing: bool = True
    ownerless: Literal["rules", "pool"] = "rules"

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise UsageError(
                    msg(
                        "%(option)s: “%(value)s” is not one of %(choices)s.",
                        option=name,
                        value=getattr(self, name),
                        choices=", ".join(allowed),
                    )
                )
        if strange := set(self.match) - set(MATCH_KEYS):
            raise UsageError(
                msg(
                    "%(option)s: “%(value)s” is not one of %(choices)s.",
                    option="match",
                    value=", ".join(sorted(strange)),
                    choices=", ".join(MATCH_KEYS),
                )
            )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "match": list(self.match), "stages": dict(self.stages)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Options:
        return cls(**{**data, "match": tuple(data.get("match", MATCH_KEYS))})
