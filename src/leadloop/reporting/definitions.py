"""What each figure means, from the registry of the analysis, and what columns of a file were taken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from leadloop.analysis.catalogue import Metric
    from leadloop.intake.result import ColumnUse


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    title: str
    formula: str
    population: str
    source: str


def of(*names: str) -> tuple[Definition, ...]:
    """Definitions by name, in the given order; a name that the registry lacks is an error, not a gap."""
    from leadloop.analysis.catalogue import METRICS

    return tuple(_definition(METRICS[name]) for name in names)


def of_reports() -> tuple[Definition, ...]:
    from leadloop.analysis.catalogue import METRICS

    return tuple(_definition(metric) for metric in METRICS.values())


def _definition(metric: Metric) -> Definition:
    return Definition(
        name=metric.name,
        title=metric.title.render(_),
        formula=metric.formula.render(_),
        population=metric.population.render(_),
        source=metric.source,
    )


def use_of_column(column: ColumnUse) -> str:
    """What a column of a file was taken for, in words."""
    from leadloop.intake.fields import FIELDS

    if column.joins:
        return _("joins the files")
    if column.field is None:
        return _("kept as a dimension of its own") if column.kept else _("not used")
    form = f" ({column.form.render(_)})" if column.form else ""
    if column.field.startswith("stage:"):
        stage = column.field.removeprefix("stage:")
        return _("time of entering the stage “%(stage)s”") % {"stage": stage} + form
    title = next((field.title for field in FIELDS if field.name == column.field), None)
    return (title.render(_) if title else column.field) + form
