"""How every job grows with the number of leads, from results of several sizes.

The exponent is the slope of log(cost) over log(leads), by least squares: 1 is linear. Of a rate
(leads or pages a second) the cost is its inverse, times the leads where the job does each of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from leadloop.cli.bench.figures import Result

LINEAR = 1.05
"""Up to here an exponent counts as linear: the sizes are few and the machine is shared."""

ALL_LEADS = "import_"
"""Jobs whose rate is that of doing every lead; other rates are of some leads among so many."""

MILLION = 1_000_000
LIST_PAGES = "list_page_at_a_million"

Points = list[tuple[int, float]]


def compares_sizes(result: Mapping[str, Any]) -> bool:
    """Whether a result is one of :func:`growth` and not a measurement."""
    return bool(result["unit"] == "exponent" or result["job"] == LIST_PAGES)


def _list_pages(results: Sequence[Mapping[str, Any]]) -> list[Result]:
    """The list at a million leads against the list at a hundred thousand."""
    times = {
        (one["database"], one["leads"]): one["value"] for one in results if one["job"] == "list_page_median"
    }
    found = []
    for database, leads in times:
        if leads != MILLION or (database, MILLION // 10) not in times:
            continue
        before, after = times[database, MILLION // 10], times[database, MILLION]
        found.append(
            Result(
                job=LIST_PAGES,
                leads=MILLION,
                database=database,
                value=after,
                unit="ms",
                compared_with="at 100,000 leads",
                ratio=after / before,
                target="<= 1.3 x",
                met=after / before <= 1.3,
                yardstick=before,
            )
        )
    return found


def costs(results: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Points]:
    """(job, database) -> (leads, cost) by size, for the jobs that have a cost at all."""
    found: dict[tuple[str, str], Points] = defaultdict(list)
    for result in results:
        value, leads = result["value"], result["leads"]
        cost = _cost(value, result["unit"], leads if result["job"].startswith(ALL_LEADS) else 1)
        if cost is not None:
            found[result["job"], result["database"]].append((leads, cost))
    return {key: sorted(points) for key, points in found.items() if len({n for n, _ in points}) > 1}


def _cost(value: float | None, unit: str, times: int) -> float | None:
    if not value or value <= 0:
        return None
    if unit in {"ms", "s", "MB"}:
        return value
    return times / value if unit in {"leads/s", "pages/s"} else None


def exponent(points: Points) -> float:
    xs = [math.log(leads) for leads, _ in points]
    ys = [math.log(cost) for _, cost in points]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - middle_x) ** 2 for x in xs)


def growth(results: Sequence[Mapping[str, Any]]) -> list[Result]:
    found = _list_pages(results)
    for (job, database), points in costs(results).items():
        slope = exponent(points)
        found.append(
            Result(
                job=f"growth_{job}",
                leads=points[-1][0],
                database=database,
                value=slope,
                unit="exponent",
                compared_with=f"{points[0][0]:,} leads",
                target=f"<= {LINEAR:g} (linear)",
                met=slope <= LINEAR,
            )
        )
    return found
