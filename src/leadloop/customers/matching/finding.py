"""Pairs of customers that may be one, among many: candidates by blocking, then a scored match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadloop.customers.company_names import parse
from leadloop.customers.matching.blocking import candidates
from leadloop.customers.matching.kinds import DIFFERENT, SAME, Value
from leadloop.customers.matching.model import UNKNOWN, Model, Report
from leadloop.customers.matching.names import Likeness
from leadloop.foundation.han import simplified
from leadloop.foundation.text import fold

FIELDS = (
    ("name", "company"),
    ("credit_code", "code"),
    ("contact", "contact"),
    ("phone", "phone"),
    ("email", "email"),
)
"""What is compared, and as what."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer with one of its names and one of its contacts; several of one customer are usual."""

    customer_id: int
    name: str
    credit_code: str = ""
    contact: str = ""
    phone: str = ""
    """As keys: E.164, folded."""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """``one`` is the smaller id."""

    one: int
    other: int
    probability: float
    levels: tuple[tuple[str, int], ...]
    """Field and level of what could be compared, as :mod:`.reasons` puts into words."""

    def certain(self, at_least: float) -> bool:
        """Safe to merge unseen: a hard key is the same, the names agree, and nothing speaks against it."""
        found = dict(self.levels)
        hard = any(found.get(field) == SAME for field in ("credit_code", "phone", "email"))
        name = found.get("name", Likeness.SAME)
        agrees = name >= Likeness.ALMOST and found.get("credit_code") != DIFFERENT
        return hard and agrees and self.probability >= at_least


def find_pairs(
    entries: Iterable[Entry], *, at_least: float, report: Report = lambda done, total: None
) -> list[Pair]:
    """Pairs whose probability is at least this, the likeliest first."""
    known = list(entries)
    records = [_record(entry) for entry in known]
    owners = [entry.customer_id for entry in known]
    pairs = candidates(records, FIELDS, owners)
    scored = Model(records, FIELDS, owners=owners).score(pairs, report)
    best: dict[tuple[int, int], Pair] = {}
    for row in (scored.probability >= at_least).nonzero()[0].tolist():
        one, other = sorted((owners[pairs[row][0]], owners[pairs[row][1]]))
        probability = float(scored.probability[row])
        before = best.get((one, other))
        if before is None or probability > before.probability:
            best[one, other] = Pair(one, other, probability, _levels(scored.levels[row].tolist()))
    return sorted(best.values(), key=lambda pair: (-pair.probability, pair.one, pair.other))


def _record(entry: Entry) -> tuple[Value, ...]:
    name = parse(entry.name) if entry.name else ""
    return name, entry.credit_code, person_key(entry.contact), entry.phone, entry.email


_FORMS_OF_ADDRESS = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:总监|总经理|副总|董事长|经理|主任|主管|老板|老师|先生|女士|小姐|教授|博士|工程师|总|工|姐|哥)$"
)


def person_key(name: str) -> str:
    """A person's name without forms of address and spaces: 王总 is 王."""
    folded = simplified(fold(name))
    shorter = _FORMS_OF_ADDRESS.sub("", folded)
    return shorter.replace(" ", "") if not folded.isascii() else folded


def _levels(levels: Sequence[int]) -> tuple[tuple[str, int], ...]:
    named = zip(FIELDS, levels, strict=True)
    return tuple((name, level) for (name, _), level in named if level != UNKNOWN)
