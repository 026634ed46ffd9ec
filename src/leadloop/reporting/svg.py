"""Charts as plain SVG for documents: they print, need no script, and follow the page's colours.

Only geometry is worked out here; ``templates/reporting/svg`` writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadloop.analysis.results import Expected, Funnel
from leadloop.reporting import formats
from leadloop.reporting.names import Names

WIDTH = 1000
LABELS = 140
"""Space for stage names on the left."""
FIGURES = 130
"""Space for the figures right of the longest bar."""
ROW = 34
BAR = 20


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    y: float
    width: float
    before: float | None
    text: str
    text_x: float
    loss: str
    weakest: bool


@dataclass(frozen=True, slots=True)
class FunnelDrawing:
    width: int
    height: int
    left: int
    bar: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    line: str
    band: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    end_x: float
    end_y: float
    end_text: str


def funnel(result: Funnel, names: Names) -> FunnelDrawing | None:
    """Bars of leads entered; None when there is nothing to draw."""
    longest = max((max(row.entered, row.compare_entered or 0) for row in result.rows), default=0)
    if not longest:
        return None
    scale = (WIDTH - LABELS - FIGURES) / longest
    bars = []
    for index, row in enumerate(result.rows):
        before = None if row.compare_entered is None else row.compare_entered * scale
        bars.append(
            Bar(
                label=names.stage(row.stage),
                y=index * ROW + (ROW - BAR) / 2,
                width=row.entered * scale,
                before=before,
                text=formats.count(row.entered),
                text_x=LABELS + max(row.entered * scale, before or 0) + 8,
                loss=formats.MINUS + formats.percent(row.loss_rate) if row.loss_rate else "",
                weakest=row.stage == result.worst,
            )
        )
    return FunnelDrawing(WIDTH, ROW * len(bars), LABELS, BAR, tuple(bars))


def incidence(expected: Expected) -> CurveDrawing | None:
    """The share won by days since capture; None without a curve."""
    if len(expected.curve) < 2 or expected.expected is None:
        return None
    left, right, top, bottom, height = 48, WIDTH - 64, 14, 206, 240
    ceiling = _ceiling(max(point[3] for point in expected.curve))

    def x(day: float) -> float:
        return left + (right - left) * min(day, expected.horizon_days) / expected.horizon_days

    def y(share: float) -> float:
        return bottom - (bottom - top) * min(share, ceiling) / ceiling

    upper = _steps([(x(point[0]), y(point[3])) for point in expected.curve], x(expected.horizon_days))
    lower = _steps([(x(point[0]), y(point[2])) for point in expected.curve], x(expected.horizon_days))
    middle = _steps([(x(point[0]), y(point[1])) for point in expected.curve], x(expected.horizon_days))
    days = sorted({round(expected.horizon_days * part / 6) for part in range(7)})
    return CurveDrawing(
        width=WIDTH,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        line=_path(middle),
        band=_path([*upper, *reversed(lower)]),
        x_ticks=tuple(Tick(round(x(day), 1), str(day)) for day in days),
        y_ticks=tuple(
            Tick(
                round(y(ceiling * part / 4), 1),
                formats.percent(ceiling * part / 4, 0 if ceiling >= 0.08 else 1),
            )
            for part in range(5)
        ),
        end_x=middle[-1][0],
        end_y=middle[-1][1],
        end_text=formats.percent(expected.expected),
    )


def _ceiling(highest: float) -> float:
    """A round share above ``highest`` that four steps divide well."""
    for end in (0.02, 0.04, 0.08, 0.12, 0.2, 0.24, 0.32, 0.4, 0.6, 0.8):
        if highest <= end:
            return end
    return 1.0


def _steps(points: list[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Corners of a step function through ``points`` on to ``end``."""
    corners = [points[0]]
    for point in points[1:]:
        if point[0] > end:
            break
        corners += [(point[0], corners[-1][1]), point]
    return [*corners, (end, corners[-1][1])]


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
