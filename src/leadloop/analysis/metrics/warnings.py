"""What a reader must know beside the figures, as messages."""

from __future__ import annotations

from collections.abc import Iterator

from leadloop.analysis.metrics.money import Facts
from leadloop.analysis.results import ConversionRow, FunnelRow
from leadloop.analysis.scope import Scope
from leadloop.foundation.messages import Message, msg


def of_conversion(
    scope: Scope, overall: ConversionRow, cut: dict[str, int], seen_days: float | None, facts: Facts
) -> tuple[Message, ...]:
    return (*_of_conversion(scope, overall, cut, seen_days), *_of_money(facts))


def _of_money(facts: Facts) -> Iterator[Message]:
    if facts.currency is not None:
        yield msg(
            "Amounts are those in %(currency)s. %(leads)s leads with amounts in %(others)s are counted"
            " without them; filter by currency to see the others.",
            currency=facts.currency,
            leads=facts.left_out,
            others=", ".join(facts.others),
        )


def _of_conversion(
    scope: Scope, overall: ConversionRow, cut: dict[str, int], seen_days: float | None
) -> Iterator[Message]:
    yield from _of_scope(scope, overall.leads)
    if overall.leads and not overall.mature:
        yield msg("The leads of this period have not all had time to be decided; their rate can still rise.")
    if seen_days is not None and overall.leads and seen_days < scope.horizon_days:
        yield msg(
            "No lead of this period has been followed for %(horizon)s days; what is expected reaches to"
            " day %(seen)s only.",
            horizon=scope.horizon_days,
            seen=int(seen_days),
        )
    for name, rows in cut.items():
        yield msg(
            "%(dimension)s: %(rows)s more rows with fewer leads are not listed.", dimension=name, rows=rows
        )


def of_funnel(scope: Scope, rows: tuple[FunnelRow, ...], canonical: bool) -> tuple[Message, ...]:
    return tuple(_of_funnel(scope, rows, canonical))


def _of_funnel(scope: Scope, rows: tuple[FunnelRow, ...], canonical: bool) -> Iterator[Message]:
    yield from _of_scope(scope, rows[0].entered if rows else 0)
    if canonical:
        yield msg("Several processes are counted together, on the six steps that they have in common.")


def _of_scope(scope: Scope, leads: int) -> Iterator[Message]:
    if not leads:
        yield msg("There are no leads in this period with these filters.")
    if scope.period and scope.compare and not scope.period.comparable(scope.compare):
        yield msg(
            "The periods have different lengths (%(days)s and %(other)s days): rates can be compared, "
            "numbers of leads cannot.",
            days=scope.period.days,
            other=scope.compare.days,
        )
    if scope.period and scope.period.ends_at > scope.as_of:
        yield msg("The period is not over yet.")
