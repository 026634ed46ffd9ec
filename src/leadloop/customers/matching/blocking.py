"""Which pairs are worth comparing: those that share a key which few others have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from leadloop.customers.matching.kinds import KINDS, Value

if TYPE_CHECKING:
    import numpy as np

LARGEST = 60
"""Records in a block: a key that more have tells nobody apart, and pairs grow with the square."""

Fields = Sequence[tuple[str, str]]
"""Name and kind of each column of a record."""


def candidates(
    records: Sequence[Sequence[Value]], fields: Fields, owners: Sequence[int] | None = None
) -> np.ndarray:
    """Pairs of places in ``records``, each once, the smaller first. Never two of one owner."""
    import numpy as np

    count = len(records)
    ways = (np.fromiter(_pairs(keys, count, owners), np.int64) for keys in _ways(records, fields))
    found = np.unique(np.concatenate([np.unique(pairs) for pairs in ways]))
    return np.stack([found // max(count, 1), found % max(count, 1)], axis=1)


def _ways(records: Sequence[Sequence[Value]], fields: Fields) -> Iterator[Iterable[Iterable[Hashable]]]:
    """For each way of blocking, the keys of each record. One way at a time: keys of all would fill memory."""
    columns = [[record[place] for record in records] for place in range(len(fields))]
    for column, (_, kind) in zip(columns, fields, strict=True):
        of = KINDS[kind].keys
        yield (of(value) if value else () for value in column)
    ends = [
        [KINDS[kind].ends(value) if value else ("", "") for value in column]
        for column, (_, kind) in zip(columns, fields, strict=True)
    ]
    for one, other in combinations(ends, 2):
        for end in (0, 1):
            yield (((a[end], b[end]),) if a[end] and b[end] else () for a, b in zip(one, other, strict=True))
    people = [column for column, (_, kind) in zip(columns, fields, strict=True) if kind == "person"]
    for first, last in combinations(people, 2):
        # Given name and family name are often written in each other's place.
        yield ((tuple(sorted(both)),) if all(both) else () for both in zip(first, last, strict=True))


def _pairs(keys: Iterable[Iterable[Hashable]], count: int, owners: Sequence[int] | None) -> Iterator[int]:
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for place, of_record in enumerate(keys):
        for key in of_record:
            blocks[key].append(place)
    for block in blocks.values():
        if 1 < len(block) <= LARGEST:
            for one, other in combinations(block, 2):
                if one != other and (owners is None or owners[one] != owners[other]):
                    yield one * count + other
