"""From levels to a probability: agreement weights after Fellegi and Sunter, learnt from the data itself.

A pair's evidence is the sum over its fields of log2(m / u): how often records of the same company or person
stand at this level (m), against how often strangers do (u). u is counted among random pairs, and for
agreement on a value among the holders of that value; m is learnt by expectation and maximisation over all
candidates, starting from the usual figures of each kind and held near them while there is little data.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import log2, nan
from typing import TYPE_CHECKING

from leadloop.customers.matching.blocking import Fields
from leadloop.customers.matching.kinds import ALMOST, KINDS, Kind, Level, Value

if TYPE_CHECKING:
    import numpy as np

_RANDOM_PAIRS = 40_000
_MOST = 0.2
"""Among few records chance alone may look like a rule: never is more than a fifth of all pairs expected."""
_ROUNDS = 12
_AS_MANY_AS = 30
"""Pairs that the usual figures of a kind count for when its m is learnt."""
_EXPECTED = 0.1
"""Duplicates a record, to begin with."""
_RARE = 5
"""Below this many among the random pairs a level is counted among the candidates instead."""
_CHANCE = 0.02
"""Strangers who share an identifying value that nobody else has."""
_CHUNK = 50_000
"""Pairs compared between two reports."""
UNKNOWN = -1
_BY_LEVEL = nan

Report = Callable[[int, int], None]
"""Told how many pairs are compared, and of how many."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Parallel to the candidates."""

    probability: np.ndarray
    levels: np.ndarray
    """One column a field; UNKNOWN where one of the two has no value."""


class Model:
    def __init__(
        self,
        records: Sequence[Sequence[Value]],
        fields: Fields,
        *,
        owners: Sequence[int] | None = None,
        seed: int = 7,
    ) -> None:
        self.records = records
        self.owners = range(len(records)) if owners is None else owners
        self.fields = fields
        self.kinds = [KINDS[kind] for _, kind in fields]
        self.people = [place for place, (_, kind) in enumerate(fields) if kind == "person"]
        self.holders = [self._holders(place, kind) for place, kind in enumerate(self.kinds)]
        self.known = [sum(1 for record in records if record[place]) for place in range(len(fields))]
        chance = random.Random(seed)  # noqa: S311 - a sample, no secret
        sampled = [self._by_chance(place, kind, chance) for place, kind in enumerate(self.kinds)]
        self.by_chance = [figures for figures, _ in sampled]
        self.rare = [levels for _, levels in sampled]

    def score(self, pairs: np.ndarray, report: Report = lambda done, total: None) -> Scored:
        import numpy as np

        levels = np.full((len(pairs), len(self.fields)), UNKNOWN, np.int8)
        chance = np.full(levels.shape, np.nan, np.float32)
        for start in range(0, len(pairs), _CHUNK):
            # As Python's own numbers the pairs take ten times the memory: never all of them at once.
            for row, (one, other) in enumerate(pairs[start : start + _CHUNK].tolist(), start):
                for place, level, log_chance in self._compare(self.records[one], self.records[other]):
                    levels[row, place] = level
                    chance[row, place] = log_chance
            report(min(start + _CHUNK, len(pairs)), len(pairs))
        return Scored(self._learn(levels, chance), levels)

    def _learn(self, levels: np.ndarray, chance: np.ndarray) -> np.ndarray:
        import numpy as np

        count = len(self.records)
        every = max(count * (count - 1) / 2, 1)
        share = min(max(_EXPECTED * count / every, 1e-15), _MOST)
        agrees = [np.array(kind.agrees) for kind in self.kinds]
        by_level = [np.array(figures) for figures in self.by_chance]
        probability = np.zeros(len(levels))
        for _ in range(_ROUNDS):
            weight = np.full(len(levels), np.log2(share / (1 - share)))
            for place in range(len(self.fields)):
                column = levels[:, place]
                # The place after the last level is that of UNKNOWN (-1): no evidence.
                by_chance = np.append(by_level[place], 0)[column]
                by_chance = np.where(np.isnan(chance[:, place]), by_chance, chance[:, place])
                weight += np.append(np.log2(agrees[place]), 0)[column] - by_chance
            probability = 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))
            share = min(max(probability.sum(), 1) / every, _MOST)
            agrees = [self._agreement(place, levels[:, place], probability) for place in range(len(agrees))]
            by_level = [self._strangers(place, levels[:, place], probability) for place in range(len(agrees))]
        return probability

    def _strangers(self, place: int, levels: np.ndarray, probability: np.ndarray) -> np.ndarray:
        """``by_chance`` with the levels that are too rare for a sample counted among the candidates."""
        import numpy as np

        figures = np.array(self.by_chance[place])
        known = levels != UNKNOWN
        counted = np.bincount(levels[known], weights=1 - probability[known], minlength=len(figures))
        every = max(self.known[place] * (self.known[place] - 1) / 2, 1)
        for level in self.rare[place]:
            figures[level] = np.log2((counted[level] + 1) / every)
        return figures

    def _agreement(self, place: int, levels: np.ndarray, probability: np.ndarray) -> np.ndarray:
        import numpy as np

        usual = np.array(self.kinds[place].agrees)
        if not self.kinds[place].learns:
            return usual
        known = levels != UNKNOWN
        counted = np.bincount(levels[known], weights=probability[known], minlength=len(usual))
        total = usual * _AS_MANY_AS + counted
        found: np.ndarray = total / total.sum()
        return found

    def _compare(self, one: Sequence[Value], other: Sequence[Value]) -> list[tuple[int, int, float]]:
        found = []
        for place, kind in enumerate(self.kinds):
            if one[place] and other[place]:
                level = kind.compare(one[place], other[place])
                found.append((place, level.level, self._log_chance(place, level, one[place], other[place])))
        if len(self.people) == 2:
            return self._in_each_others_place(one, other, found)
        return self._another_contact_once(found)

    def _another_contact_once(self, found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
        """That two records name different people is one fact, not one each of name, phone and e-mail."""
        of_contact = [entry for entry in found if self.kinds[entry[0]].of_contact]
        if len(of_contact) < 2 or any(level >= ALMOST for _, level, _ in of_contact):
            return found
        return [entry for entry in found if entry == of_contact[0] or entry not in of_contact]

    def _log_chance(self, place: int, level: Level, one: Value, other: Value) -> float:
        if level.shared is not None:
            return self._log_of_value(place, level.shared, level.ordinary)
        if level.level == ALMOST and not self.kinds[place].identifies:
            # Almost a common name is less than almost a rare one.
            by_level = self.by_chance[place][ALMOST]
            return max(by_level, (by_level + max(self._log_of_value(place, v) for v in (one, other))) / 2)
        return _BY_LEVEL

    def _log_of_value(self, place: int, value: Hashable, ordinary: int = 0) -> float:
        others = self.holders[place][value]
        if self.kinds[place].identifies:
            return log2((max(others - ordinary, 0) + _CHANCE) / self.known[place])
        return log2(max(others, 1) / self.known[place])

    def _in_each_others_place(
        self, one: Sequence[Value], other: Sequence[Value], found: list[tuple[int, int, float]]
    ) -> list[tuple[int, int, float]]:
        first, last = self.people
        if not (one[first] and one[last] and other[first] and other[last]):
            return found
        compare = self.kinds[first].compare
        crossed = compare(one[first], other[last]).level, compare(one[last], other[first]).level
        straight = {place: level for place, level, _ in found}
        if sum(crossed) <= straight[first] + straight[last]:
            return found
        rest = [entry for entry in found if entry[0] not in self.people]
        pairs = zip(self.people, crossed, strict=True)
        return rest + [(place, min(level, ALMOST), self.by_chance[place][level]) for place, level in pairs]

    def _holders(self, place: int, kind: Kind) -> Counter[Hashable]:
        """How many owners have a value; one owner's several records count once."""
        found = {
            (owner if token.holder is None else token.holder, token.shared)
            for owner, record in zip(self.owners, self.records, strict=True)
            if record[place]
            for token in kind.tokens(record[place])
        }
        return Counter(shared for _, shared in found)

    def _by_chance(self, place: int, kind: Kind, chance: random.Random) -> tuple[list[float], list[int]]:
        """log2 of how often strangers stand at each level, and the levels that were hardly seen."""
        values = [record[place] for record in self.records if record[place]]
        if len(values) < 2:
            return [0.0] * len(kind.agrees), []
        seen = [0] * len(kind.agrees)
        for _ in range(_RANDOM_PAIRS):
            one, other = chance.choice(values), chance.choice(values)
            if one != other:
                seen[kind.compare(one, other).level] += 1
        rare = [level for level, count in enumerate(seen) if level and count < _RARE]
        total = sum(seen) + len(seen)
        return [log2((count + 1) / total) for count in seen], rare
