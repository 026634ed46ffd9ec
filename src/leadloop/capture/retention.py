"""How long submissions are kept: a policy, so data of a process version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg

POLICY = "retention"
MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which a submission goes, by what became of it."""

    registered_days: int = 365
    refused_days: int = 90

    def check(self) -> None:
        for name, days in asdict(self).items():
            if not 1 <= days <= MOST_DAYS:
                raise DataError(msg("From 1 to %(most)s days.", most=MOST_DAYS), field=name)

    def to_data(self) -> dict[str, int]:
        return asdict(self)


def read(data: Mapping[str, Any]) -> Retention:
    """The policy as far as it can be read; versions of before it was there are as shipped."""
    usual = asdict(Retention())
    return Retention(**{name: _days(data.get(name), days) for name, days in usual.items()})


def _days(value: object, usual: int) -> int:
    readable = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS
    return int(value) if readable else usual  # type: ignore[call-overload]
