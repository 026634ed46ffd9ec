"""What the templates of the analysis pages get: one dataclass a page, made here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from leadloop.analysis.results import Population
from leadloop.foundation.messages import Message
from leadloop.people.permissions import may
from leadloop.reporting import asking, charts, definitions, diagnosis, formats, lookup, sentences, tables
from leadloop.reporting.definitions import Definition
from leadloop.reporting.sentences import Sentence
from leadloop.reporting.web import scopebar
from leadloop.reporting.web.asked import Asked, with_dimensions
from leadloop.reporting.web.scopebar import ScopeBar
from leadloop.store import scopes

CONVERSION_DEFINITIONS = (
    "population",
    "conversion",
    "change",
    "priority",
    "maturity",
    "expected",
    "won_amount",
    "value_rate",
    "high_value",
    "cycle",
    "customer_value",
)
FUNNEL_DEFINITIONS = (
    "population",
    "entered",
    "loss_rate",
    "loss_change",
    "stage_conversion",
    "dwell",
    "top_reasons",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What both pages have around their figures."""

    page: str
    bar: ScopeBar
    sentences: tuple[Sentence, ...]
    space: str
    """Between sentences."""
    note: str
    """Said when the period was not asked for."""
    warnings: tuple[str, ...]
    as_of: str
    lagging: bool
    period: str
    compare: str
    population: str
    address: str
    """The question, for links to the other page and to exports."""
    may_export: bool
    may_import: bool
    columns: str
    """Address of the same page with all columns, or without those that are shown on demand."""
    all_columns: bool
    has_leads: bool
    """Whether this reader sees any lead at all, in whatever period."""
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Newer:
    ready: bool


@dataclass(frozen=True, slots=True)
class ConversionPage:
    frame: Frame
    table: tables.ConversionTable
    overall: float | None
    incidence: dict[str, Any] | None
    horizon: int
    rates: dict[str, Any] | None
    rates_title: str
    immature: str
    """Why leads are marked as not mature."""


@dataclass(frozen=True, slots=True)
class FunnelPage:
    frame: Frame
    table: tables.FunnelTable
    chart: dict[str, Any]
    reasons: dict[str, Any] | None
    reasons_title: str


def conversion_page(asked: Asked, user: Any) -> ConversionPage:
    scope = with_dimensions(
        asked.scope, asked.snapshot.journeys(canonical=asked.scope.process is None).dimensions()
    )
    asked = replace(asked, scope=scope)
    result = asking.conversion(asked.snapshot, scope, customers=asked.all_columns)
    names = lookup.names(scope, conversions=[result])
    first = next((row.dimension for row in result.rows), "")
    return ConversionPage(
        frame=_frame(
            asked,
            user,
            page="conversion",
            names=names,
            answer=sentences.of_conversion(result, names),
            population=result.population,
            warnings=result.warnings,
            defined=CONVERSION_DEFINITIONS,
        ),
        table=tables.conversion_table(result, names, asked.link),
        overall=result.overall.rate,
        incidence=charts.incidence(result.expected) if len(result.expected.curve) > 1 else None,
        horizon=result.expected.horizon_days,
        rates=charts.rates(result, first, names, asked.link) if first else None,
        rates_title=names.dimension(first) if first else "",
        immature=_immature(result.maturity_days),
    )


def funnel_page(asked: Asked, user: Any) -> FunnelPage:
    result = asking.funnel(asked.snapshot, asked.scope)
    names = lookup.names(asked.scope, funnels=[result])
    worst = next((row for row in result.rows if row.stage == result.worst and row.top_reasons), None)
    return FunnelPage(
        frame=_frame(
            asked,
            user,
            page="funnel",
            names=names,
            answer=sentences.of_funnel(result, names),
            population=result.population,
            warnings=result.warnings,
            defined=FUNNEL_DEFINITIONS,
        ),
        table=tables.funnel_table(result, names, asked.link),
        chart=charts.funnel(result, names, asked.link),
        reasons=charts.reasons(worst, names, asked.link) if worst else None,
        reasons_title=_("Why leads are lost at %(stage)s") % {"stage": names.stage(worst.stage)}
        if worst
        else "",
    )


def _frame(
    asked: Asked,
    user: Any,
    *,
    page: str,
    names: Any,
    answer: tuple[Sentence, ...],
    population: Population,
    warnings: tuple[Message, ...],
    defined: tuple[str, ...],
) -> Frame:
    scope = asked.scope
    return Frame(
        page=page,
        bar=scopebar.build(
            scopebar.Links(scope, [("columns", "all")] if asked.all_columns else []),
            names=names,
            processes=lookup.process_names(),
            page=page,
            has_dimensions=page == "conversion",
        ),
        sentences=answer,
        space="" if formats.chinese() else " ",
        note=_default_note(asked),
        warnings=tuple(warning.render(_) for warning in warnings),
        as_of=formats.moment(scope.as_of, scope.zone),
        lagging=asked.snapshot.lagging,
        period=formats.period(scope.period),
        compare=formats.period(scope.compare) if scope.compare else "",
        population=_population(population),
        address="?" + scopes.query(scope),
        may_export=may(user, "export"),
        may_import=may(user, "import"),
        columns=("?" if asked.all_columns else "?columns=all&") + scopes.query(scope),
        all_columns=asked.all_columns,
        has_leads=bool(population.leads) or bool(asking.values(asked.snapshot, scope).overall.leads),
        definitions=definitions.of(*defined),
    )


def _immature(days: float | None) -> str:
    if days is None:
        return _("These leads have not had their time yet: many are still open.")
    return _("These leads have not had their time yet: nine in ten are decided after %(days)s days.") % {
        "days": formats.whole(days)
    }


def _default_note(asked: Asked) -> str:
    if not asked.by_default or asked.scope.period is None:
        return ""
    return _(
        "No period was asked for: this is the last full quarter with leads, most of which are decided by now."
    )


def _population(population: Population) -> str:
    """Whom the figures count, for the definitions."""
    text = _("%(leads)s valid leads that you may see; %(basis)s.") % {
        "leads": formats.count(population.leads),
        "basis": diagnosis.basis_text(population.basis),
    }
    excluded = sum(population.excluded.values())
    if not excluded:
        return text
    return f"{text} {_('Counted nowhere:')} {diagnosis.excluded_text(population.excluded, excluded)}."
