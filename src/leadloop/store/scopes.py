"""An address and a question are the same thing: ``?period=2026-Q2&by=source`` <-> :class:`Scope`.

What a reader may see, their zone and the moment of the data are never taken from the
address; the caller gives them. Everything else is in it, so that it can be shared.

==========  ==============================================================================
period      ``2026-06``, ``2026-Q2``, ``2026-04-01..2026-07-01`` or ``all``
compare     a period, ``previous``, ``year`` (same period a year before) or ``none``
basis       ``cohort`` or ``activity``
process     key of a process, or ``all`` on the canonical steps (also when missing and no default is given)
by          a dimension; two joined by ``+``; once for each
f.<name>    one allowed value of dimension <name>; once for each; ``-`` is “no value”
as_of       a moment, ISO 8601
horizon     days
figure      which number was clicked, with fig.by, fig.value, fig.stage, fig.reason, fig.of
==========  ==============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, cast, runtime_checkable
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo

from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Basis, Filter, Scope, Visibility
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import DEFAULT_ZONE, Period

Parameters = list[tuple[str, str]]

ALL = "all"
NONE = "none"
FILTER = "f."
NO_VALUE = "-"
MAX_DIMENSIONS = 8
MAX_HORIZON = 3650
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""No lead is older; and dates at the ends of the calendar cannot be reckoned with."""

FIGURES = frozenset(
    {"leads", "deals", "open", "lost_all", "entered", "advanced", "lost", "returned", "skipped", "reason"}
)
OF_STAGE = frozenset({"entered", "advanced", "lost", "returned", "skipped", "reason"})
RESERVED = frozenset({"period", "compare", "basis", "process", "by", "as_of", "horizon", "figure"})


@runtime_checkable
class _QueryDict(Protocol):
    def getlist(self, key: str) -> list[str]: ...


Address = Mapping[str, str | Sequence[str]]
"""Django's ``QueryDict`` or a plain mapping to one value or several."""


def read_scope(
    address: Address,
    *,
    as_of: datetime,
    visibility: Visibility,
    zone: str = DEFAULT_ZONE,
    default: Period | None = None,
    process: str | None = None,
) -> Scope:
    """The question in ``address``; ``default`` and ``process`` are used where it names none.

    Raises :class:`UsageError` naming the parameter that cannot be read.
    """
    period = _period(_one(address, "period"), default, zone)
    return Scope(
        as_of=_as_of(_one(address, "as_of"), as_of, zone),
        period=period,
        compare=_compare(_one(address, "compare"), period, zone),
        basis=_basis(_one(address, "basis")),
        process=_process(_one(address, "process"), process),
        dimensions=read_dimensions(_many(address, "by")),
        filters=_filters(address),
        visibility=visibility,
        horizon_days=_horizon(_one(address, "horizon")),
        zone=zone,
    )


def read_figure(address: Address) -> Figure | None:
    """The number that was clicked, or None when the address is not a drill-down."""
    what = _one(address, "figure")
    if not what:
        return None
    if what not in FIGURES:
        raise UsageError(msg("“%(text)s” is not a figure.", text=what), field="figure")
    dimension = _split(_one(address, "fig.by") or "")
    values = tuple(_value(text) for text in _many(address, "fig.value", keep_blank=True))
    if len(dimension) != len(values):
        raise UsageError(
            msg(
                "The address names %(names)d columns and %(values)d values.",
                names=len(dimension),
                values=len(values),
            ),
            field="fig.value",
        )
    stage = _one(address, "fig.stage") or None
    if stage is None and what in OF_STAGE:
        raise UsageError(msg("The address does not say which stage is meant."), field="fig.stage")
    reasons = _many(address, "fig.reason")
    of = _one(address, "fig.of") or "period"
    if of not in {"period", "compare"}:
        raise UsageError(msg("“%(text)s” is neither the period nor the comparison.", text=of), field="fig.of")
    return Figure(
        what=what,
        dimension=dimension,
        values=values,
        stage=stage,
        reason=_value(reasons[-1]) if reasons else None,
        of="compare" if of == "compare" else "period",
    )


def read_dimensions(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """``["source,industry+size"]`` -> ``(("source",), ("industry", "size"))``; one text or several.

    A ``+``, ``,`` or ``%`` inside a name is written ``%2B``, ``%2C``, ``%25``.
    """
    found: list[tuple[str, ...]] = []
    for text in (part.strip() for joined in texts for part in joined.split(",")):
        dimension = _split(text)
        if not dimension or dimension in found:
            continue
        if len(dimension) > 2 or len(set(dimension)) != len(dimension):
            raise UsageError(
                msg("“%(text)s”: a dimension is one column, or two different ones joined by +.", text=text),
                field="by",
            )
        found.append(dimension)
    if len(found) > MAX_DIMENSIONS:
        raise UsageError(msg("At most %(count)d dimensions at once.", count=MAX_DIMENSIONS), field="by")
    return tuple(found)


def parameters(scope: Scope, *, figure: Figure | None = None, as_of: datetime | None = None) -> Parameters:
    """The address of a question in canonical order; ``as_of`` only where it differs from the given one."""
    found: Parameters = [("period", str(scope.period) if scope.period else ALL)]
    if scope.period:
        found.append(("compare", str(scope.compare) if scope.compare else NONE))
    if scope.basis != "cohort":
        found.append(("basis", scope.basis))
    found.append(("process", scope.process or ALL))
    found += [("by", dimension_text(dimension)) for dimension in scope.dimensions]
    found += [(FILTER + item.dimension, value_text(value)) for item in scope.filters for value in item.values]
    if as_of is not None and scope.as_of != as_of:
        found.append(("as_of", scope.as_of.astimezone(UTC).isoformat()))
    if scope.horizon_days != 90:
        found.append(("horizon", str(scope.horizon_days)))
    return found + (_figure_parameters(figure) if figure else [])


def query(scope: Scope, *, figure: Figure | None = None, as_of: datetime | None = None) -> str:
    """:func:`parameters` as the part of an address after the question mark."""
    return encoded(parameters(scope, figure=figure, as_of=as_of))


def encoded(found: Parameters) -> str:
    return urlencode(found, quote_via=quote)


def reserved(address: Address) -> Parameters:
    """The parameters of ``address`` that belong to the question, for links and forms that must keep them."""
    return [
        (name, text)
        for name in address
        if name in RESERVED or name.startswith((FILTER, "fig."))
        for text in _many(address, name)
    ]


def _figure_parameters(figure: Figure) -> Parameters:
    found = [("figure", figure.what)]
    if figure.dimension:
        found.append(("fig.by", dimension_text(figure.dimension)))
        found += [("fig.value", value_text(value)) for value in figure.values]
    if figure.stage is not None:
        found.append(("fig.stage", figure.stage))
    if figure.reason is not None or figure.what == "reason":
        found.append(("fig.reason", value_text(figure.reason)))
    if figure.of != "period":
        found.append(("fig.of", figure.of))
    return found


def _period(text: str, default: Period | None, zone: str) -> Period | None:
    if not text:
        return default
    if text == ALL:
        return None
    return named_period("period", text, zone)


def _compare(text: str, period: Period | None, zone: str) -> Period | None:
    if period is None or text == NONE:
        return None
    try:
        if text in {"", "previous"}:
            return period.previous()
        if text == "year":
            return period.year_before()
    except (ValueError, OverflowError):
        # Before year 1: there is nothing to compare with.
        return None
    other = named_period("compare", text, zone)
    if not period.comparable(other):
        raise UsageError(
            msg(
                "%(compare)s cannot be compared with %(period)s: the periods differ in length.",
                compare=str(other),
                period=str(period),
            ),
            field="compare",
        )
    return other


def named_period(field: str, text: str, zone: str = DEFAULT_ZONE) -> Period:
    """The period in the parameter ``field``; :class:`UsageError` when it cannot be read or reckoned with."""
    try:
        period = Period.parse(text, zone)
    except UsageError as error:
        raise UsageError(error.message, field=field) from None
    if period.start.year < FIRST_YEAR or period.end.year > LAST_YEAR:
        raise UsageError(
            msg(
                "%(text)s: periods lie between %(first)d and %(last)d.",
                text=text,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            ),
            field=field,
        )
    return period


def _as_of(text: str, default: datetime, zone: str) -> datetime:
    if not text:
        return default
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        if FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment
        raise ValueError(text)
    except (ValueError, OverflowError):
        raise UsageError(
            msg("“%(text)s” is not a moment. Write 2026-06-30 or 2026-06-30T18:00.", text=text), field="as_of"
        ) from None


def _process(text: str, default: str | None) -> str | None:
    return None if text == ALL else text or default


def _basis(text: str) -> Basis:
    if text not in {"", "cohort", "activity"}:
        raise UsageError(msg("The basis is cohort or activity, not “%(text)s”.", text=text), field="basis")
    return cast(Basis, text or "cohort")


def _horizon(text: str) -> int:
    if not text:
        return 90
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_HORIZON:
        raise UsageError(
            msg(
                "The horizon is a number of days from 1 to %(most)d, not “%(text)s”.",
                most=MAX_HORIZON,
                text=text,
            ),
            field="horizon",
        )
    return int(text)


def _filters(address: Address) -> tuple[Filter, ...]:
    names = sorted(name for name in address if name.startswith(FILTER) and len(name) > len(FILTER))
    found = []
    for name in names:
        values = {_value(text) for text in _many(address, name)}
        if values:
            ordered = sorted(values, key=lambda value: (value is not None, value or ""))
            found.append(Filter(name.removeprefix(FILTER), tuple(ordered)))
    return tuple(found)


def _many(address: Address, name: str, *, keep_blank: bool = False) -> list[str]:
    """Every value of ``name``; plain forms send blank ones, which say nothing."""
    if isinstance(address, _QueryDict):
        found: Sequence[str] = address.getlist(name)
    else:
        value = address.get(name, ())
        found = [value] if isinstance(value, str) else list(value)
    return [text for text in found if text or keep_blank]


def _one(address: Address, name: str) -> str:
    found = _many(address, name)
    return found[-1].strip() if found else ""


def dimension_text(columns: Iterable[str]) -> str:
    """``("industry", "size")`` -> ``industry+size``."""
    return "+".join(re.sub(r"[%+,]", lambda char: f"%{ord(char[0]):02X}", column) for column in columns)


def _split(text: str) -> tuple[str, ...]:
    return tuple(unquote(column.strip()) for column in text.split("+") if column.strip())


def value_text(value: str | None) -> str:
    """``None`` is a dash; a value that is nothing but dashes gets one more."""
    if value is None:
        return NO_VALUE
    return NO_VALUE + value if not value.strip(NO_VALUE) else value


def _value(text: str) -> str | None:
    if text == NO_VALUE:
        return None
    return text[1:] if not text.strip(NO_VALUE) else text
