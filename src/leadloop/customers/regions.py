"""Names of Chinese provinces and cities, as they stand at the front of company names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def places() -> Mapping[str, str]:
    """Name of a province or city -> the province that it lies in."""
    return MappingProxyType(dict(_pairs()))


def _pairs() -> Iterator[tuple[str, str]]:
    text = (files("leadloop.customers") / "data" / "places.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        names = line.split()
        # The cities of the first and the last line are provinces of their own.
        for name in names:
            yield name, name if names[:1] in (["北京"], ["香港"]) else names[0]
