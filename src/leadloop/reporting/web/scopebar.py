"""The scope bar: what is asked, as chips that open a choice. Every choice is a plain link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from leadloop.analysis.scope import Scope
from leadloop.foundation.period import Period
from leadloop.reporting import formats
from leadloop.reporting.names import Names
from leadloop.store import scopes


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    href: str
    chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    label: str
    """What is chosen, for the chip."""
    title: str
    """What is chosen here, for screen readers."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FilterChip:
    text: str
    remove: str


@dataclass(frozen=True, slots=True)
class ScopeBar:
    period: Menu
    compare: Menu | None
    process: Menu | None
    basis: Menu
    filters: tuple[FilterChip, ...]
    dimensions: Menu | None
    more: str
    """Address of the page with all choices: filters and dimensions."""
    first_day: str
    last_day: str
    keep: tuple[tuple[str, str], ...]
    """What the form for days of one's own sends along."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the same page with one thing changed."""

    scope: Scope
    kept: scopes.Parameters
    """Parameters beside the scope, such as which columns are shown."""

    def to(self, **changes: Any) -> str:
        return "?" + scopes.encoded(scopes.parameters(replace(self.scope, **changes)) + self.kept)


def build(
    links: Links, *, names: Names, processes: Mapping[str, str], page: str, has_dimensions: bool
) -> ScopeBar:
    scope = links.scope
    return ScopeBar(
        period=_period_menu(links),
        compare=_compare_menu(links),
        process=_process_menu(links, processes),
        basis=_basis_menu(links),
        filters=_filter_chips(links, names),
        dimensions=_dimension_menu(scope, names) if has_dimensions else None,
        more=f"/analysis/choices/?page={page}&{scopes.query(scope)}",
        first_day=scope.period.start.isoformat() if scope.period else "",
        last_day=scope.period.last_day.isoformat() if scope.period else "",
        keep=tuple(pair for pair in scopes.parameters(scope) if pair[0] not in {"period", "compare"}),
    )


def _period_menu(links: Links) -> Menu:
    scope = links.scope
    today = scope.as_of.astimezone(ZoneInfo(scope.zone)).date()
    choices = [_period_choice(links, name, period) for name, period in presets(today, scope.zone)]
    choices.append(Choice(_("All time"), links.to(period=None, compare=None), scope.period is None))
    return Menu(formats.period(scope.period), _("Period"), tuple(choices))


def presets(today: date, zone: str) -> list[tuple[str, Period]]:
    """Calendar units around today, the running one and the last full one of each."""
    running = {unit: Period.containing(today, unit, zone) for unit in ("month", "quarter", "half", "year")}
    return [
        (_("This month"), running["month"]),
        (_("Last month"), running["month"].previous()),
        (_("This quarter"), running["quarter"]),
        (_("Last quarter"), running["quarter"].previous()),
        (_("This half-year"), running["half"]),
        (_("Last half-year"), running["half"].previous()),
        (_("This year"), running["year"]),
        (_("Last year"), running["year"].previous()),
    ]


def _period_choice(links: Links, name: str, period: Period) -> Choice:
    scope = links.scope
    compare = _same_kind_of_comparison(scope, period)
    href = links.to(period=period, compare=compare)
    return Choice(name, href, period == scope.period, formats.period(period))


def _same_kind_of_comparison(scope: Scope, period: Period) -> Period | None:
    """Who compared with the year before goes on doing so; the rest with the period before."""
    if scope.period is None:
        return period.previous()
    if scope.compare is None:
        return None
    return period.year_before() if scope.compare == scope.period.year_before() else period.previous()


def _compare_menu(links: Links) -> Menu | None:
    scope = links.scope
    if scope.period is None:
        return None
    before, year = scope.period.previous(), scope.period.year_before()
    choices = [
        Choice(
            _("Period before"),
            links.to(compare=before),
            scope.compare == before,
            formats.period(before),
        )
    ]
    if year != before:
        choices.append(
            Choice(_("A year before"), links.to(compare=year), scope.compare == year, formats.period(year))
        )
    choices.append(Choice(_("No comparison"), links.to(compare=None), scope.compare is None))
    label = formats.period(scope.compare) if scope.compare else _("nothing")
    return Menu(label, _("Compared with"), tuple(choices))


def _process_menu(links: Links, processes: Mapping[str, str]) -> Menu | None:
    """Only where there is something to choose."""
    scope = links.scope
    if len(processes) < 2 and scope.process in processes:
        return None
    choices = [Choice(name, links.to(process=key), scope.process == key) for key, name in processes.items()]
    everything = _("All, on the six common steps")
    choices.append(Choice(everything, links.to(process=None), scope.process is None))
    label = processes.get(scope.process or "", scope.process) if scope.process else _("all")
    return Menu(label or "", _("Process"), tuple(choices))


def _basis_menu(links: Links) -> Menu:
    scope = links.scope
    choices = (
        Choice(
            _("By capture (cohort)"),
            links.to(basis="cohort"),
            scope.basis == "cohort",
            _("leads captured in the period, followed to now"),
        ),
        Choice(
            _("By event (activity)"),
            links.to(basis="activity"),
            scope.basis == "activity",
            _("what happened in the period, whenever the lead was captured"),
        ),
    )
    return Menu(next(choice.text for choice in choices if choice.chosen), _("Basis"), choices)


def _filter_chips(links: Links, names: Names) -> tuple[FilterChip, ...]:
    scope = links.scope
    chips = []
    for item in scope.filters:
        rest = tuple(other for other in scope.filters if other is not item)
        labels = [names.value(item.dimension, value) for value in item.values]
        shown = formats.joined(labels[:2]) + (f" +{len(labels) - 2}" if len(labels) > 2 else "")
        text = _("%(name)s: %(values)s") % {"name": names.dimension(item.dimension), "values": shown}
        chips.append(FilterChip(text, links.to(filters=rest)))
    return tuple(chips)


def _dimension_menu(scope: Scope, names: Names) -> Menu:
    titles = [names.dimension("+".join(dimension)) for dimension in scope.dimensions]
    return Menu(formats.joined(titles) or _("nothing"), _("Dimensions"), ())


def own_period(first: str, last: str) -> str:
    """The address form of two typed days, the last one included. Reading it reports what is wrong."""
    try:
        end = date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        return f"{first}..{last}"
    return f"{first}..{end.isoformat()}"
