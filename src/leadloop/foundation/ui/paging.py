"""Page numbers: first, last, the neighbours of the current one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

AROUND = 2


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """``items`` with an empty url are gaps."""

    items: tuple[PageLink, ...]
    previous: str
    next: str
    last: int
    more: bool
    """There are pages after the last number shown."""


def pages(
    current: int, total: int, per_page: int, address: Callable[[int], str], *, open_end: bool = False
) -> Pages:
    """``open_end``: the total is only what was counted; there are more pages after the last of it."""
    last = max(1, -(-total // per_page))
    near = range(current - AROUND, current + AROUND + 1)
    numbers = sorted({1, *(n for n in near if 1 <= n <= last), *([] if open_end else [last])})
    if current > last:
        numbers.append(current)
    items: list[PageLink] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number - before > 1:
            items.append(PageLink("…", ""))
        items.append(PageLink(str(number), address(number), number == current))
    if open_end and current <= last:
        items.append(PageLink("…", ""))
    has_next = current < last or open_end
    return Pages(
        items=tuple(items),
        previous=address(current - 1) if current > 1 else "",
        next=address(current + 1) if has_next else "",
        last=last,
        more=open_end,
    )
