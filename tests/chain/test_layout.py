"""Nobody is drawn over somebody else, and who is reported to stands above."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leadloop.chain.layout import STEP_X, STEP_Y, Node, Spot, box, cut, line, order, spots


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    size = draw(st.integers(0, 25))
    bosses = [draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(size)]
    return [Node(place, boss) for place, boss in enumerate(bosses)]


@given(forests())
def test_everybody_has_a_place_of_their_own_below_the_boss(nodes: list[Node]) -> None:
    found = spots(nodes)

    assert set(found) == {node.id for node in nodes}
    for node in nodes:
        if node.boss is not None:
            assert found[node.id].y == found[node.boss].y + STEP_Y
    rows: dict[float, list[float]] = {}
    for spot in found.values():
        rows.setdefault(spot.y, []).append(spot.x)
    for row in rows.values():
        row.sort()
        assert all(right - left >= STEP_X - 1e-6 for left, right in pairwise(row))


@given(forests())
def test_a_boss_stands_over_the_middle_of_their_people(nodes: list[Node]) -> None:
    found = spots(nodes)

    for node in nodes:
        below = [found[one.id].x for one in nodes if one.boss == node.id]
        if below:
            assert found[node.id].x == (min(below) + max(below)) / 2


@given(forests())
def test_the_list_has_everybody_once_behind_their_boss(nodes: list[Node]) -> None:
    listed = [pk for pk, _ in order(nodes)]
    depths = dict(order(nodes))

    assert sorted(listed) == [node.id for node in nodes]
    for node in nodes:
        if node.boss is not None:
            assert listed.index(node.boss) < listed.index(node.id)
            assert depths[node.id] == depths[node.boss] + 1


def test_who_was_put_somewhere_stays_there_and_moves_nobody() -> None:
    usual = spots([Node(1, None), Node(2, 1), Node(3, 1)])
    moved = spots([Node(1, None), Node(2, 1, x=900.0, y=-40.0), Node(3, 1)])

    assert moved[2] == Spot(900.0, -40.0, 1)
    assert (moved[1], moved[3]) == (usual[1], usual[3])


def test_everybody_is_inside_the_box() -> None:
    found = spots([Node(1, None), Node(2, 1, x=-300.0, y=700.0)])
    frame = box(found.values())

    for spot in found.values():
        assert frame.left < spot.x < frame.left + frame.width
        assert frame.top < spot.y < frame.top + frame.height


def test_somebody_put_above_their_boss_has_a_line_still() -> None:
    assert line(Spot(0, 0, 0), Spot(10, -50, 1)) == "M0.0 0.0L10.0 -50.0"
    assert line(Spot(0, 0, 0), Spot(0, 112, 1)).startswith("M0.0 58.0C")


def test_a_long_name_is_cut_by_its_width() -> None:
    assert cut("Anna", 8) == "Anna"
    assert cut("欧阳修德明", 8) == "欧阳修…"
    assert cut("Maximiliane", 8) == "Maximil…"
