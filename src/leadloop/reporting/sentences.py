"""The answer in words, before any chart or table. Says only what the results say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadloop.analysis.results import Conversion, ConversionRow, Expected, Funnel, FunnelRow
from leadloop.reporting import formats
from leadloop.reporting.names import Names

MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; ``strong`` ones carry the message."""

    text: str
    strong: bool = False


Sentence = tuple[Span, ...]


def plain(sentences: Iterable[Sentence]) -> str:
    """As one text without emphasis."""
    return _sentence_space().join("".join(span.text for span in sentence) for sentence in sentences)


def of_conversion(result: Conversion, names: Names) -> tuple[Sentence, ...]:
    """Rate, change, what is still to be expected, and which values stand out."""
    overall = result.overall
    if not overall.leads:
        return (_nothing(result.population.basis),)
    found = [_rate(result), _change(overall, result)]
    found += [_expected(result.expected, overall), _small(overall.leads)]
    found += _outstanding(result.rows, names)
    return tuple(sentence for sentence in found if sentence)


def of_funnel(result: Funnel, names: Names) -> tuple[Sentence, ...]:
    """Where most are lost, why, and whether that is new."""
    rows = result.rows
    if not rows or not rows[0].entered:
        return (_nothing(result.population.basis),)
    found = [_through(rows)]
    worst = next((row for row in rows if row.stage == result.worst), None)
    if worst is None:
        found.append(spans(_("No stage has 20 entries yet, so none is named as the weakest."), {}))
    else:
        found += [_weakest(worst, names), _reasons(worst, names), _loss_change(worst, result)]
    return tuple(sentence for sentence in found if sentence)


def _rate(result: Conversion) -> Sentence:
    overall, population = result.overall, result.population
    if population.basis == "activity":
        template = _(
            "Of %(leads)s leads decided in %(period)s, %(deals)s were won: **%(rate)s** (%(interval)s)."
        )
    elif population.period is None:
        template = _("Of %(leads)s leads, %(deals)s are won: **%(rate)s** (%(interval)s).")
    else:
        template = _(
            "Of %(leads)s leads captured in %(period)s, %(deals)s are won: **%(rate)s** (%(interval)s)."
        )
    return spans(
        template,
        {
            "leads": formats.count(overall.leads),
            "deals": formats.count(overall.deals),
            "period": formats.period(population.period),
            "rate": formats.percent(overall.rate),
            "interval": formats.interval(overall.rate_interval),
        },
    )


def _change(overall: ConversionRow, result: Conversion) -> Sentence:
    compare = result.population.compare
    if compare is None:
        return ()
    if overall.change is None:
        return spans(
            _("In %(compare)s there was nothing to compare with."), {"compare": formats.period(compare)}
        )
    return spans(
        _more_or_less(overall.change, clear=bool(overall.change_clear)),
        {"points": _distance(overall.change), "compare": formats.period(compare)},
    )


def _more_or_less(change: float, *, clear: bool) -> str:
    if clear and change > 0:
        return _("That is %(points)s points more than in %(compare)s: **a clear rise**.")
    if clear:
        return _("That is %(points)s points less than in %(compare)s: **a clear fall**.")
    if change > 0:
        return _("That is %(points)s points more than in %(compare)s, **within noise**.")
    if change < 0:
        return _("That is %(points)s points less than in %(compare)s, **within noise**.")
    return _("That is as much as in %(compare)s.")


def _expected(expected: Expected, overall: ConversionRow) -> Sentence:
    """Only where it adds something: nobody needs a forecast of what is decided."""
    if expected.expected is None or expected.interval is None or overall.rate is None:
        return ()
    if formats.percent(expected.expected) == formats.percent(overall.rate):
        return ()
    return spans(
        _("By day %(days)d after capture **%(rate)s** (%(interval)s) are expected, the open ones included."),
        {
            "days": expected.horizon_days,
            "rate": formats.percent(expected.expected),
            "interval": formats.interval(expected.interval),
        },
    )


def _small(leads: int) -> Sentence:
    if leads >= 20:
        return ()
    return spans(_("Fewer than 20 leads: read the rate with care."), {})


def _outstanding(rows: Sequence[ConversionRow], names: Names) -> list[Sentence]:
    templates = {
        "high": _("**%(values)s**: above average and rising."),
        "low": _("**%(values)s**: below average and falling."),
        "support": _("**%(values)s**: below average and falling, needs support."),
    }
    found = []
    for priority, template in templates.items():
        labels = [
            names.values_of(row.dimension, row.values)
            for row in rows
            if row.priority == priority and not row.small
        ]
        if labels:
            found.append(spans(template, {"values": _some(labels)}))
    return found


def _some(labels: Sequence[str]) -> str:
    shown = list(labels[:MOST_NAMED])
    more = len(labels) - len(shown)
    if more:
        shown.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return formats.joined(shown)


def _through(rows: Sequence[FunnelRow]) -> Sentence:
    return spans(
        _("Of %(leads)s leads, %(deals)s came through to the end: **%(rate)s**."),
        {
            "leads": formats.count(rows[0].entered),
            "deals": formats.count(rows[-1].entered),
            "rate": formats.percent(rows[-1].cumulative),
        },
    )


def _weakest(row: FunnelRow, names: Names) -> Sentence:
    return spans(
        _("Most are lost at **%(stage)s**: %(entered)s entered, %(lost)s were lost (**%(rate)s**)."),
        {
            "stage": names.stage(row.stage),
            "entered": formats.count(row.entered),
            "lost": formats.count(row.lost),
            "rate": formats.percent(row.loss_rate),
        },
    )


def _reasons(row: FunnelRow, names: Names) -> Sentence:
    if not row.top_reasons:
        return ()
    shown = [f"{names.reason(item.reason)} {formats.percent(item.share, 0)}" for item in row.top_reasons[:2]]
    return spans(_("Main reasons there: %(reasons)s."), {"reasons": formats.joined(shown)})


def _loss_change(row: FunnelRow, result: Funnel) -> Sentence:
    if row.loss_change is None or result.population.compare is None:
        return ()
    if row.loss_change_clear and row.loss_change > 0:
        template = _(
            "The loss rate there is %(points)s points higher than in %(compare)s: **clearly worse**."
        )
    elif row.loss_change_clear:
        template = _(
            "The loss rate there is %(points)s points lower than in %(compare)s: **clearly better**."
        )
    elif row.loss_change > 0:
        template = _("The loss rate there is %(points)s points higher than in %(compare)s, within noise.")
    else:
        template = _("The loss rate there is %(points)s points lower than in %(compare)s, within noise.")
    compare = formats.period(result.population.compare)
    return spans(template, {"points": _distance(row.loss_change), "compare": compare})


def _nothing(basis: str) -> Sentence:
    if basis == "activity":
        return spans(_("Nothing happened in this period: choose a longer one, or take away a filter."), {})
    return spans(_("No leads in this period: choose a longer one, or take away a filter."), {})


def _distance(change: float) -> str:
    return formats.signed(abs(change)).removeprefix("+")


def spans(template: str, values: dict[str, object]) -> Sentence:
    """Split at ``**`` before filling in, so that a name with stars in it stays a name."""
    parts = template.split("**")
    return tuple(
        Span(part % values if values else part, strong=index % 2 == 1)
        for index, part in enumerate(parts)
        if part
    )


def _sentence_space() -> str:
    return "" if formats.chinese() else " "
