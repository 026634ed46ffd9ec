"""A small plot with two logarithmic axes, as SVG, without a library."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from leadloop.cli.bench.growth import Points, exponent

WIDTH, HEIGHT = 860, 460
LEFT, RIGHT, TOP, BOTTOM = 56, 290, 16, 40
COLOURS = (
    "#0f766e", "#b45309", "#1d4ed8", "#be123c", "#6d28d9", "#15803d", "#a16207", "#0369a1",
    "#9f1239", "#4338ca", "#065f46", "#7c2d12", "#334155", "#86198f",
)  # fmt: skip
SHOWN = 12
"""The steepest; more lines than that cannot be told apart."""


def plot(series: Mapping[str, Points]) -> str:
    """The steepest series, each divided by its first value: what matters is the slope."""
    steepest = sorted(series.items(), key=lambda one: -exponent(one[1]))[:SHOWN]
    relative = {
        name: [(leads, max(cost / points[0][1], 1e-3)) for leads, cost in points] for name, points in steepest
    }
    every = [point for points in relative.values() for point in points]
    low_x, high_x = min(x for x, _ in every), max(x for x, _ in every)
    low_y = min(0.5, *(y for _, y in every))
    high_y = max(high_x / low_x, *(y for _, y in every))

    def place(leads: float, cost: float) -> str:
        x = LEFT + (WIDTH - LEFT - RIGHT) * math.log(leads / low_x) / math.log(high_x / low_x)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(cost / low_y) / math.log(high_y / low_y)
        return f"{x:.1f},{y:.1f}"

    parts = [*_axes(low_x, high_x, low_y, high_y, place)]
    parts.append(
        f'<polyline points="{place(low_x, 1)} {place(high_x, high_x / low_x)}" fill="none" '
        'stroke="#64748b" stroke-dasharray="4 4"/>'
    )
    for number, (name, points) in enumerate(relative.items()):
        parts += _line(number, name, " ".join(place(x, y) for x, y in points))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _axes(low_x: float, high_x: float, low_y: float, high_y: float, place: object) -> list[str]:
    assert callable(place)
    parts = []
    for power in range(math.ceil(math.log10(low_x)), math.floor(math.log10(high_x)) + 1):
        x = place(10**power, low_y).partition(",")[0]
        parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e2e8f0"/>')
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(math.ceil(math.log10(low_y)), math.floor(math.log10(high_y)) + 1):
        y = place(low_x, 10.0**power).partition(",")[2]
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#e2e8f0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{10.0**power:g}×</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">leads</text>')
    return parts


def _line(number: int, name: str, points: str) -> list[str]:
    style = f'stroke="{COLOURS[number]}" stroke-width="2"'
    y = TOP + 10 + 17 * number
    x = WIDTH - RIGHT + 16
    return [
        f'<polyline points="{points}" fill="none" {style}/>',
        f'<line x1="{x}" x2="{x + 22}" y1="{y - 4}" y2="{y - 4}" {style}/>',
        f'<text x="{x + 28}" y="{y}">{escape(name)}</text>',
    ]
