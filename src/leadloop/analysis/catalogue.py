"""Every figure that exists: its name, formula, population and source. Pages show these definitions; a figure
without one cannot be shown (a test holds the fields of the results against this list)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leadloop.foundation.messages import Message, msg


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    title: Message
    formula: Message
    population: Message
    source: str
    """Where the method comes from; empty for plain counts and shares."""
    fields: tuple[str, ...] = ()
    """``Record.field`` of the results that carry it."""


_COHORT = msg(
    "Valid leads in your view, within the filters, merged ones once. Cohort: captured in the period, "
    "followed to the date of the data. Activity: decided in the period."
)
_STAGE = msg(
    "Valid leads in your view, within the filters, that entered the stage or passed it. Cohort: "
    "captured in the period. Activity: first reached the stage in the period."
)
_WILSON = "E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212"
_NEWCOMBE = "R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10"

_ALL = (
    Metric(
        "population",
        msg("Population"),
        msg(
            "Leads that are counted. Invalid, merged and withdrawn leads are counted nowhere but here, "
            "by reason."
        ),
        _COHORT,
        "",
        (
            "Population.leads",
            "Population.excluded",
            "Population.period",
            "Population.compare",
            "Population.basis",
            "Population.as_of",
        ),
    ),
    Metric(
        "conversion",
        msg("Conversion"),
        msg("Deals / leads, with Wilson's 95 % interval. Fewer than 20 leads: shown in grey."),
        _COHORT,
        _WILSON,
        (
            "ConversionRow.leads",
            "ConversionRow.deals",
            "ConversionRow.rate",
            "ConversionRow.rate_interval",
            "ConversionRow.small",
            "Conversion.dimension_rates",
        ),
    ),
    Metric(
        "change",
        msg("Change of conversion"),
        msg(
            "Conversion now minus conversion in the period compared with, in percentage points, with "
            "Newcombe's 95 % interval for two independent shares. Clear when the interval leaves out 0,"
            " otherwise within noise."
        ),
        _COHORT,
        _NEWCOMBE,
        (
            "ConversionRow.compare_leads",
            "ConversionRow.compare_deals",
            "ConversionRow.change",
            "ConversionRow.change_interval",
            "ConversionRow.change_clear",
        ),
    ),
    Metric(
        "priority",
        msg("Priority"),
        msg(
            "Channels and customer types: above the overall rate of the dimension and rising is high, "
            "below and falling is low, otherwise medium. Teams and people: below and falling needs "
            "support, above and rising none, otherwise medium. The overall rate is that of the rows "
            "shown which have a value."
        ),
        _COHORT,
        "",
        ("ConversionRow.priority",),
    ),
    Metric(
        "maturity",
        msg("Mature"),
        msg(
            "A row is mature when none of its leads is open, or its youngest lead is older than the "
            "90th percentile of the time from capture to an outcome."
        ),
        msg("The percentile: all decided leads in your view, whatever the period."),
        "",
        ("ConversionRow.mature", "Conversion.maturity_days"),
    ),
    Metric(
        "won_amount",
        msg("Won amount"),
        msg(
            "Sum of the amounts of deals. Average deal: that sum / deals whose amount is known. Amounts of "
            "several currencies are not added: those in the most frequent one count, unless a filter names "
            "another."
        ),
        _COHORT,
        "",
        ("ConversionRow.won_amount", "ConversionRow.average_deal"),
    ),
    Metric(
        "value_rate",
        msg("Conversion by value"),
        msg("Won amount / amount expected at capture, among leads whose expected amount is known."),
        _COHORT,
        "",
        ("ConversionRow.value_rate",),
    ),
    Metric(
        "high_value",
        msg("Conversion of high-value leads"),
        msg(
            "Deals / leads among those whose expected amount reaches the 80th percentile of all "
            "expected amounts in your view. By expected, not by won amounts: those of lost leads are "
            "not known."
        ),
        _COHORT,
        "",
        ("ConversionRow.high_value_leads", "ConversionRow.high_value_rate"),
    ),
    Metric(
        "cycle",
        msg("Median cycle"),
        msg(
            "Median of the days from capture to the deal, in steps of 0.01 day. A deal dated before its "
            "capture counts as 0 days."
        ),
        _COHORT,
        "",
        ("ConversionRow.median_cycle_days",),
    ),
    Metric(
        "customer_value",
        msg("Customer value to date"),
        msg("Mean, over the customers with a deal in this row, of the amount of all their deals to date."),
        _COHORT,
        "",
        ("ConversionRow.customer_value",),
    ),
    Metric(
        "expected",
        msg("Expected conversion"),
        msg(
            "Share won by the day of the horizon: Aalen-Johansen cumulative incidence with losing as "
            "the competing outcome; open leads count for as long as they have been followed. Interval "
            "95 % on the log(-log) scale. Won so far is the plain rate."
        ),
        msg("Valid leads in your view, within the filters, captured in the period."),
        "O. O. Aalen, S. Johansen, Scandinavian Journal of Statistics 5 (1978) 141-150; V. Choudhury, "
        "Statistics in Medicine 21 (2002) 1129-1144",
        (
            "Expected.horizon_days",
            "Expected.won_so_far",
            "Expected.expected",
            "Expected.interval",
            "Expected.curve",
        ),
    ),
    Metric(
        "entered",
        msg("Entered"),
        msg(
            "Leads that reached the stage or one beyond, each once. Entered = advanced + lost + still "
            "here + went back, by the last visit. Passing a stage counts as entered and advanced; "
            "winning counts as advanced."
        ),
        _STAGE,
        "",
        (
            "FunnelRow.entered",
            "FunnelRow.advanced",
            "FunnelRow.lost",
            "FunnelRow.open",
            "FunnelRow.returned",
            "FunnelRow.skipped",
            "FunnelRow.compare_entered",
            "FunnelRow.small",
        ),
    ),
    Metric(
        "loss_rate",
        msg("Loss rate"),
        msg(
            "Lost in this stage / entered, with Wilson's 95 % interval. A lead is lost in the stage it "
            "stood in. The stage named as the weakest has the highest loss rate among those with at "
            "least 20 entries."
        ),
        _STAGE,
        _WILSON,
        ("FunnelRow.loss_rate", "FunnelRow.loss_interval", "Funnel.worst"),
    ),
    Metric(
        "loss_change",
        msg("Change of the loss rate"),
        msg("Loss rate now minus loss rate in the period compared with, with Newcombe's 95 % interval."),
        _STAGE,
        _NEWCOMBE,
        (
            "FunnelRow.compare_loss_rate",
            "FunnelRow.loss_change",
            "FunnelRow.loss_change_interval",
            "FunnelRow.loss_change_clear",
        ),
    ),
    Metric(
        "stage_conversion",
        msg("Conversion to the next stage"),
        msg(
            "Leads that reached the next stage or one beyond / leads that entered this one. Cumulative:"
            " entered / entered the first stage; by activity, the product of the conversions up to "
            "here."
        ),
        _STAGE,
        "",
        ("FunnelRow.conversion", "FunnelRow.cumulative"),
    ),
    Metric(
        "dwell",
        msg("Time in stage"),
        msg(
            "Days by which half, and nine in ten, of the visits have ended: Kaplan-Meier over visits, "
            "those still going on counted for as long as they have lasted. In steps of 0.01 day; none "
            "where fewer have ended."
        ),
        msg("Visits of the leads that the stage counts; stages only passed by have none."),
        "E. L. Kaplan, P. Meier, Journal of the American Statistical Association 53 (1958) 457-481",
        ("FunnelRow.dwell_median_days", "FunnelRow.dwell_p90_days"),
    ),
    Metric(
        "top_reasons",
        msg("Main reasons"),
        msg("The three most frequent first reasons, each with its share of the leads lost in this stage."),
        msg("Leads lost in the stage."),
        "",
        ("FunnelRow.top_reasons", "Reason.reason", "Reason.count", "Reason.share"),
    ),
    Metric(
        "data_quality",
        msg("Data quality"),
        msg("Leads that a check finds / leads that it looks at."),
        msg("All leads of the period in your view, those counted nowhere else included."),
        "",
        ("QualityCheck.count", "QualityCheck.share", "QualityCheck.examples"),
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})


def markdown() -> str:
    """``docs/metrics.md``."""
    lines = [
        "# What the figures mean",
        "",
        "Made from the registry in `leadloop/analysis/catalogue.py` by `python -m "
        "leadloop.analysis.catalogue`; a test keeps it current.",
    ]
    for metric in METRICS.values():
        lines += ["", f"## {metric.title}", "", f"`{metric.name}`", "", str(metric.formula), ""]
        lines += [f"**Counted:** {metric.population}"]
        if metric.source:
            lines += ["", f"**Source:** {metric.source}"]
        lines += ["", "**Fields:** " + ", ".join(f"`{name}`" for name in metric.fields)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(markdown())
