"""Conversion, funnels and the statistics behind them: a library without a web application.

    from leadloop.analysis import Journeys, conversion
    conversion(Journeys.from_csv("export.csv"), period="2026-06", by="source")

Engines and statistics are loaded on first use, so that importing this costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadloop.analysis.documents import as_json as as_json
    from leadloop.analysis.library import Journeys as Journeys
    from leadloop.analysis.metrics.conversion import conversion as conversion
    from leadloop.analysis.metrics.drill import lead_ids as lead_ids
    from leadloop.analysis.metrics.funnel import funnel as funnel
    from leadloop.analysis.metrics.quality import quality as quality
    from leadloop.analysis.results import Figure as Figure
    from leadloop.analysis.scope import Filter as Filter
    from leadloop.analysis.scope import Scope as Scope
    from leadloop.analysis.scope import Visibility as Visibility
    from leadloop.analysis.tables import Stage as Stage

_HOME = {
    "Journeys": "library",
    "conversion": "metrics.conversion",
    "funnel": "metrics.funnel",
    "lead_ids": "metrics.drill",
    "quality": "metrics.quality",
    "as_json": "documents",
    "Figure": "results",
    "Filter": "scope",
    "Scope": "scope",
    "Visibility": "scope",
    "Stage": "tables",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
