"""Which keys were met before, over millions of rows, in a few bytes each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


_LONGEST_RUN = 1 << 18
"""Merging takes three times the memory of what is merged."""


class FirstSeen:
    """Gives every distinct text a dense number from 1, in the order of first appearance.

    Texts are kept as 64-bit hashes in sorted runs that are merged while they are short: 16 bytes a key. Two
    texts out of ten million share a hash with a probability below one in 300,000.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Ints, Ints]] = []
        self.count = 0

    def ids(self, texts: pa.Array) -> tuple[Ints, Bools]:
        """Number of each text (0 for null), and whether this is its first appearance."""
        encoded = texts.dictionary_encode()
        words = encoded.dictionary.to_pylist()
        hashes = np.fromiter(map(hash, words), np.int64, len(words))
        ids = self._find(hashes)
        new = np.flatnonzero(ids == 0)
        ids[new] = np.arange(self.count + 1, self.count + 1 + len(new))
        self.count += len(new)
        self._insert(hashes[new], ids[new])
        codes = encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        return np.append(ids, 0)[codes], _first_of(codes, new, len(words))

    def _find(self, hashes: Ints) -> Ints:
        ids = np.zeros(len(hashes), np.int64)
        for keys, numbers in self._runs:
            at = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
            found = keys[at] == hashes
            ids[found] = numbers[at[found]]
        return ids

    def _insert(self, hashes: Ints, ids: Ints) -> None:
        if not len(hashes):
            return
        order = np.argsort(hashes, kind="stable")
        self._runs.append((hashes[order], ids[order]))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < min(2 * len(self._runs[-1][0]), _LONGEST_RUN):
            (keys, numbers), (more, further) = self._runs.pop(), self._runs.pop()
            keys, numbers = np.concatenate([keys, more]), np.concatenate([numbers, further])
            order = np.argsort(keys, kind="stable")
            self._runs.append((keys[order], numbers[order]))


def _first_of(codes: Ints, new: Ints, size: int) -> Bools:
    """The first row of each code in ``new``."""
    first = np.zeros(len(codes), np.bool_)
    is_new = np.zeros(size + 1, np.bool_)
    is_new[new] = True
    unique, at = np.unique(codes, return_index=True)
    first[at[is_new[unique]]] = True
    return first
