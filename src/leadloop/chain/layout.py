"""Where the people of a decision chain stand on its map, when nobody has put them anywhere. Pure.

A tree from above: who is reported to stands over the middle of those who report, nobody over another.
Several heads stand side by side. Whoever was put somewhere by hand stays there; nobody else moves for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STEP_X, STEP_Y = 112.0, 112.0
HALF_WIDTH, ABOVE, BELOW = 60.0, 20.0, 60.0
"""What a person takes up around the middle of their circle, words included."""
WIDEST = 18
"""Signs of a line of words, those of Chinese counted twice."""
FOOT = 58.0
"""From the circle to where lines begin below the words."""


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    boss: int | None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    x: float
    y: float
    depth: int


@dataclass(frozen=True, slots=True)
class Box:
    """The part of the plane that everybody is in."""

    left: float
    top: float
    width: float
    height: float


def spots(nodes: Iterable[Node]) -> dict[int, Spot]:
    """Middle of each one's circle. Heads come in the order given, and so do those who report to somebody."""
    known = {node.id: node for node in nodes}
    below = _below(known.values())
    found: dict[int, Spot] = {}
    free = 0.0
    for head in below.get(None, []):
        free = _place(head, 0, free, below, found)
    return {pk: _by_hand(known[pk], spot) for pk, spot in found.items()}


def order(nodes: Iterable[Node]) -> list[tuple[int, int]]:
    """(id, depth) from above, each followed by those who report to them: the map as a list."""
    below = _below(nodes)
    waiting = [(pk, 0) for pk in reversed(below.get(None, []))]
    found = []
    while waiting:
        pk, depth = waiting.pop()
        found.append((pk, depth))
        waiting += [(one, depth + 1) for one in reversed(below.get(pk, []))]
    return found


def _below(nodes: Iterable[Node]) -> dict[int | None, list[int]]:
    known = {node.id: node for node in nodes}
    below: dict[int | None, list[int]] = {}
    for node in known.values():
        below.setdefault(node.boss if node.boss in known else None, []).append(node.id)
    return below


def _place(
    who: int, depth: int, free: float, below: Mapping[int | None, list[int]], found: dict[int, Spot]
) -> float:
    """Put ``who`` and everybody below from ``free`` on to the right; gives the next free place."""
    people = below.get(who, [])
    after = free
    for one in people:
        after = _place(one, depth + 1, after, below, found)
    if people:
        x = (found[people[0]].x + found[people[-1]].x) / 2
    else:
        x, after = free, free + STEP_X
    found[who] = Spot(x, depth * STEP_Y, depth)
    return after


def _by_hand(node: Node, spot: Spot) -> Spot:
    if node.x is None or node.y is None:
        return spot
    return Spot(node.x, node.y, spot.depth)


def box(found: Iterable[Spot]) -> Box:
    spots = list(found) or [Spot(0, 0, 0)]
    left = min(spot.x for spot in spots) - HALF_WIDTH
    top = min(spot.y for spot in spots) - ABOVE
    right = max(spot.x for spot in spots) + HALF_WIDTH
    bottom = max(spot.y for spot in spots) + BELOW
    return Box(left, top, right - left, bottom - top)


def line(boss: Spot, below: Spot) -> str:
    """The path of an SVG from under the words of one to the circle of the other."""
    start, end = boss.y + FOOT, below.y - 13
    if end < start:
        # Below stands above, by hand: straight from circle to circle.
        return f"M{boss.x:.1f} {boss.y:.1f}L{below.x:.1f} {below.y:.1f}"
    bend = (end - start) * 0.6
    return (
        f"M{boss.x:.1f} {start:.1f}C{boss.x:.1f} {start + bend:.1f} "
        f"{below.x:.1f} {end - bend:.1f} {below.x:.1f} {end:.1f}"
    )


def width_of(text: str) -> int:
    return sum(map(_width, text))


def _width(sign: str) -> int:
    return 2 if ord(sign) > 0x2E7F else 1


def cut(text: str, width: int = WIDEST) -> str:
    """What fits."""
    room, kept = width, list[str]()
    for sign in text:
        room -= _width(sign)
        if room < 0:
            return "".join(kept[:-1]).rstrip() + "…"
        kept.append(sign)
    return text
