"""An address and a question are the same thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Filter, Scope, Visibility
from leadloop.foundation.errors import UsageError
from leadloop.foundation.period import Period
from leadloop.store import scopes

NOW = datetime(2026, 7, 1, 2, 42, tzinfo=UTC)
EVERYTHING = Visibility.all()


def read(address, **options):
    return scopes.read_scope(address, as_of=NOW, visibility=EVERYTHING, **options)


def as_mapping(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")) | st.sampled_from("+,%-. "),
    min_size=1,
    max_size=8,
).filter(lambda text: text == text.strip() != "")
values = st.none() | names
moments = st.integers(0, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds))
months = st.builds(
    lambda day, unit: Period.containing(day, unit),
    st.dates(date(2001, 1, 1), date(2098, 1, 1)),
    st.sampled_from(["month", "quarter", "half", "year"]),
)
days = st.builds(
    lambda start, length: Period(start, start + timedelta(days=length)),
    st.dates(date(2001, 1, 1), date(2098, 1, 1)),
    st.integers(1, 400),
)
periods = months | days


@st.composite
def questions(draw):
    period = draw(st.none() | periods)
    compare = draw(st.sampled_from([None, period and period.previous(), period and period.year_before()]))
    if compare and period and not period.comparable(compare):
        compare = None
    filters = draw(st.dictionaries(names, st.sets(values, min_size=1, max_size=3), max_size=3))
    return Scope(
        as_of=draw(moments),
        period=period,
        compare=compare,
        basis=draw(st.sampled_from(["cohort", "activity"])),
        process=draw(st.none() | st.sampled_from(["general", "saas"])),
        dimensions=tuple(
            draw(
                st.lists(
                    st.lists(names, min_size=1, max_size=2, unique=True).map(tuple), max_size=4, unique=True
                )
            )
        ),
        filters=tuple(
            Filter(name, tuple(sorted(filters[name], key=lambda value: (value is not None, value or ""))))
            for name in sorted(filters)
        ),
        visibility=EVERYTHING,
        horizon_days=draw(st.integers(1, scopes.MAX_HORIZON)),
    )


@given(questions())
def test_every_question_survives_its_address(scope):
    query = scopes.query(scope, as_of=NOW)
    assert read(as_mapping(query)) == scope
    assert scopes.query(read(as_mapping(query)), as_of=NOW) == query


@given(
    st.builds(
        Figure,
        what=st.sampled_from(["leads", "deals", "open", "lost_all"]),
        dimension=st.just(("industry", "size")),
        values=st.tuples(values, values),
        of=st.sampled_from(["period", "compare"]),
    )
    | st.builds(
        Figure,
        what=st.just("reason"),
        stage=st.sampled_from(["need", "stage_3"]),
        reason=values,
        of=st.sampled_from(["period", "compare"]),
    )
    | st.builds(Figure, what=st.sampled_from(["entered", "lost", "skipped"]), stage=st.just("need"))
)
def test_every_figure_survives_its_address(figure):
    scope = Scope(as_of=NOW)
    assert scopes.read_figure(as_mapping(scopes.query(scope, figure=figure))) == figure


def test_an_empty_address_asks_for_the_default_and_the_period_before():
    scope = read({}, default=Period.parse("2026-Q2"))
    assert (str(scope.period), str(scope.compare), scope.basis) == ("2026-Q2", "2026-Q1", "cohort")


def test_a_year_before_is_the_same_period_of_last_year():
    assert str(read({"period": "2026-06", "compare": "year"}).compare) == "2025-06"


def test_all_time_has_nothing_to_compare_with():
    scope = read({"period": "all", "compare": "previous"}, default=Period.parse("2026-06"))
    assert (scope.period, scope.compare) == (None, None)


def test_blank_fields_of_a_plain_form_say_nothing():
    scope = read({"period": "", "process": "", "by": [""], "f.source": ["", "12"], "horizon": ""})
    assert scope == Scope(as_of=NOW, filters=(Filter("source", ("12",)),))


def test_visibility_and_zone_never_come_from_the_address():
    scope = scopes.read_scope(
        {"visibility": "all", "zone": "UTC", "everything": "1"}, as_of=NOW, visibility=Visibility.nothing()
    )
    assert (scope.visibility, scope.zone) == (Visibility.nothing(), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ({"period": "2026-13"}, "period"),
        ({"period": "2026-06-31..2026-07-01"}, "period"),
        ({"period": "yesterday"}, "period"),
        ({"period": "2026-06", "compare": "2026-Q1"}, "compare"),
        ({"period": "2026-06", "compare": "x"}, "compare"),
        ({"basis": "both"}, "basis"),
        ({"horizon": "0"}, "horizon"),
        ({"horizon": "٣٠"}, "horizon"),
        ({"as_of": "soon"}, "as_of"),
        ({"by": "a+b+c"}, "by"),
        ({"by": "a+a"}, "by"),
        ({"by": "a,b,c,d,e,f,g,h,i"}, "by"),
    ],
)
def test_what_cannot_be_read_is_named(address, field):
    with pytest.raises(UsageError) as caught:
        read(address)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ({"figure": "profit"}, "figure"),
        ({"figure": "lost"}, "fig.stage"),
        ({"figure": "leads", "fig.by": "industry+size", "fig.value": "A"}, "fig.value"),
        ({"figure": "leads", "fig.of": "next"}, "fig.of"),
    ],
)
def test_a_figure_that_cannot_be_read_is_named(address, field):
    with pytest.raises(UsageError) as caught:
        scopes.read_figure(address)
    assert caught.value.field == field


def test_an_ordinary_list_is_no_drill_down():
    assert scopes.read_figure({"q": "东方", "stage": "need"}) is None


def test_reserved_parameters_are_kept_and_others_are_not():
    address = {"period": "2026-06", "f.source": ["1", "2"], "page": "3", "figure": "leads", "sort": "-amount"}
    assert scopes.reserved(address) == [
        ("period", "2026-06"),
        ("f.source", "1"),
        ("f.source", "2"),
        ("figure", "leads"),
    ]


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "2300-01-01T00:00"])
def test_moments_at_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        scopes.read_scope(
            {"as_of": text}, as_of=datetime(2026, 6, 30, tzinfo=UTC), visibility=Visibility.all()
        )
