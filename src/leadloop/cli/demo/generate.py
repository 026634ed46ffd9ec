"""Leads and their history, drawn from a fixed seed: the same day gives the same company.

Everything is drawn for all leads at once, so that a million takes seconds; the measurements
use the same generator with more leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadloop.cli.demo import company, names
from leadloop.cli.demo.calendar import Floats, Instants, WorkingTime, inflow, midnight
from leadloop.cli.demo.history import Facts, events_of

Words = npt.NDArray[np.object_]
REPEAT_CUSTOMERS = 0.14
"""Share of leads that come from a customer who was there before."""


@dataclass(frozen=True, slots=True)
class Generated:
    """Keys are words: the owner's username, names of team and channel, keys of stages and reasons."""

    leads: pa.Table
    events: pa.Table


def generate(
    *,
    leads: int = company.LEADS,
    today: date,
    days: int = company.DAYS,
    seed: int = company.SEED,
    chatter: bool = True,
) -> Generated:
    """``leads`` captured in the ``days`` before ``today`` (whose own morning has not come yet).

    ``chatter``: with every follow-up, not only the first of each lead.
    """
    rng = np.random.default_rng(seed)
    first = today - timedelta(days=days)
    clock = WorkingTime(first, today + timedelta(days=400))
    who = _who(rng, leads)
    captured = _captured(rng, who.channel, first, days)
    order = np.argsort(captured, kind="stable")
    who, captured = who.sorted(order), captured[order]
    facts = _facts(rng, who, captured, clock.to_line(captured), today)
    table = _lead_table(rng, who, facts, captured)
    until = np.datetime64(midnight(today).replace(tzinfo=None), "s")
    events = events_of(rng=rng, facts=facts, clock=clock, until=until, chatter=chatter)
    return Generated(leads=table, events=events)


@dataclass(frozen=True, slots=True)
class _Who:
    """Positions in the lists of :mod:`company`."""

    channel: npt.NDArray[np.int64]
    industry: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    region: npt.NDArray[np.int64]

    def sorted(self, order: npt.NDArray[np.int64]) -> _Who:
        return _Who(self.channel[order], self.industry[order], self.size[order], self.region[order])


def _who(rng: np.random.Generator, count: int) -> _Who:
    def pick(shares: list[float]) -> npt.NDArray[np.int64]:
        weights = np.array(shares)
        return rng.choice(len(weights), count, p=weights / weights.sum())

    return _Who(
        channel=pick([channel.share for channel in company.CHANNELS]),
        industry=pick([share for _, share, _ in company.INDUSTRIES]),
        size=pick([share for _, share, _, _ in company.SIZES]),
        region=pick(list(company.REGION_SHARES)),
    )


def _captured(rng: np.random.Generator, channel: npt.NDArray[np.int64], first: date, days: int) -> Instants:
    count = len(channel)
    span = [first + timedelta(days=n) for n in range(days)]
    growth = np.linspace(0.85, 1.15, days)
    weights = np.array([inflow(day) for day in span]) * growth
    day = rng.choice(days, count, p=weights / weights.sum())
    _fairs(rng, channel, day, span)
    online = np.array([entry.online for entry in company.CHANNELS])[channel]
    hour = np.where(
        online & (rng.random(count) < 0.35), rng.uniform(7.5, 23.5, count), rng.normal(13.6, 2.4, count)
    )
    seconds = (np.clip(hour, 7.0, 23.9) * 3600).astype(np.int64)
    start = np.datetime64(midnight(first).replace(tzinfo=None), "s")
    instants: Instants = start + (day * 86_400 + seconds).astype("timedelta64[s]")
    return instants


def _fairs(
    rng: np.random.Generator, channel: npt.NDArray[np.int64], day: npt.NDArray[np.int64], span: list[date]
) -> None:
    """Move most of the fair's leads to the days of one."""
    open_days = np.array([n for n, date_ in enumerate(span) if fair_on(date_)], np.int64)
    of_fair = company.CHANNELS[[entry.name for entry in company.CHANNELS].index(company.FAIR)]
    rows = np.flatnonzero((channel == company.CHANNELS.index(of_fair)) & (rng.random(len(channel)) < 0.8))
    if len(open_days):
        day[rows] = rng.choice(open_days, len(rows))


def fair_on(day: date) -> str | None:
    for month, first, length, name in company.FAIRS:
        if 0 <= (day - date(day.year, month, first)).days < length:
            return name
    return None


def _facts(rng: np.random.Generator, who: _Who, captured: Instants, line: Floats, today: date) -> Facts:
    count = len(line)
    regions = np.array(list(company.REGIONS), object)[who.region]
    team = np.array([company.TEAMS.index(company.TEAM_OF_REGION[name]) for name in company.REGIONS])[
        who.region
    ]
    owner = _owners(rng, team)
    people = company.PEOPLE
    begun = np.datetime64(midnight(today - timedelta(days=company.PILOT_DAYS)).replace(tzinfo=None), "s")
    pilot = (team == company.TEAMS.index(company.PILOT_TEAM)) & (captured >= begun)
    odds = (
        np.array([channel.odds for channel in company.CHANNELS])[who.channel]
        + np.array([odds for _, _, odds in company.INDUSTRIES])[who.industry]
        + np.array([odds for _, _, odds, _ in company.SIZES])[who.size]
        + np.array([person.skill for person in people])[owner]
        + rng.normal(0, 0.35, count)
    )
    median = np.array([amount for *_, amount in company.SIZES])[who.size]
    return Facts(
        captured=captured,
        line=line,
        team=np.array(company.TEAMS, object)[team],
        owner=np.array([person.username for person in people], object)[owner],
        region=regions,
        response_hours=np.where(pilot, 1.6, np.array([person.response_hours for person in people])[owner]),
        odds=odds,
        need_odds=np.where(pilot, 0.55, 0.0),
        pilot=pilot,
        amount=np.round(median * rng.lognormal(0, company.AMOUNT_SPREAD, count), -2),
    )


def _owners(rng: np.random.Generator, team: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    owner = np.zeros(len(team), np.int64)
    for index, name in enumerate(company.TEAMS):
        reps = [n for n, person in enumerate(company.PEOPLE) if ("rep", name) in person.roles]
        loads = np.array([company.PEOPLE[n].load for n in reps])
        rows = np.flatnonzero(team == index)
        owner[rows] = rng.choice(np.array(reps), len(rows), p=loads / loads.sum())
    return owner


def _lead_table(rng: np.random.Generator, who: _Who, facts: Facts, captured: Instants) -> pa.Table:
    count = len(captured)
    industry = np.array([name for name, *_ in company.INDUSTRIES], object)[who.industry]
    customers = _customers(rng, facts.region, industry)
    channel = np.array([entry.name for entry in company.CHANNELS], object)[who.channel]
    expected = np.where(rng.random(count) < 0.62, facts.amount, np.nan)
    title = rng.choice(np.array(company.TITLES, object), count)
    local = captured + np.timedelta64(8, "h")
    columns: dict[str, Words | Floats] = {
        "customer": customers.name,
        "contact": customers.contact,
        "title": _blank(rng, title, 0.18),
        "phone": _blank(rng, customers.phone, 0.05),
        "email": _blank(rng, customers.surname + "@" + customers.domain, 0.24),
        "channel": _blank(rng, channel, 0.012),
        "source_detail": _details(rng, who.channel),
        "campaign": _campaigns(who.channel, local),
        "industry": _blank(rng, industry, 0.03),
        "size": _blank(rng, np.array([name for name, *_ in company.SIZES], object)[who.size], 0.05),
        "region": _blank(rng, facts.region, 0.02),
        "first_need": _blank(rng, _needs(rng, industry), 0.12),
        "grade": _grades(rng, facts.odds),
        "number": _numbers(local),
        "team": facts.team,
        "owner": facts.owner,
        "competitor": _blank(rng, rng.choice(np.array(company.COMPETITORS, object), count), 0.88),
    }
    table = {"lead": pa.array(np.arange(1, count + 1, dtype=np.int64)), "captured_at": _instants(captured)}
    table |= {name: pa.array(values, pa.string()) for name, values in columns.items()}
    table["expected_amount"] = pa.array(expected, pa.float64(), from_pandas=True)
    table["registered_at"] = _instants(_registered(rng, captured))
    table["pilot"] = pa.array(facts.pilot)
    return pa.table(table)


def _numbers(local: Instants) -> Words:
    """LX2026100001 …, counted within each year.

    Not from 1: an example file that somebody tries in the demo counts from there, and its leads
    would all be taken for known ones.
    """
    year = local.astype("datetime64[Y]").astype(np.int64) + 1970
    first = np.searchsorted(year, year)
    number = np.char.zfill((np.arange(len(year)) - first + 100_001).astype(str), 6)
    return np.char.add(np.char.add("LX", year.astype(str)), number).astype(object)


def _instants(values: Instants) -> pa.Array:
    return pa.array(values.astype("datetime64[us]"), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))


def _customers(rng: np.random.Generator, region: Words, industry: Words) -> names.Company:
    """Who they are; some leads come from the customer of an earlier lead in the same region and industry."""
    city = np.empty(len(region), object)
    for name, cities in company.REGIONS.items():
        rows = region == name
        city[rows] = rng.choice(np.array(cities, object), int(rows.sum()))
    made = names.companies(rng=rng, city=city, industry=industry)
    source = np.arange(len(region))
    for name in company.REGIONS:
        for trade in names.TRADES:
            rows = np.flatnonzero((region == name) & (industry == trade))
            again = np.flatnonzero(rng.random(len(rows)) < REPEAT_CUSTOMERS)
            again = again[again > 0]
            source[rows[again]] = rows[(rng.random(len(again)) * again).astype(np.int64)]
    return names.Company(
        made.name[source], made.domain[source], made.contact[source], made.surname[source], made.phone[source]
    )


def _blank(rng: np.random.Generator, values: Words, share: float) -> Words:
    """Some fields are simply not filled in."""
    found: Words = values.copy()
    found[rng.random(len(values)) < share] = None
    return found


def _details(rng: np.random.Generator, channel: npt.NDArray[np.int64]) -> Words:
    details = np.empty(len(channel), object)
    for index, entry in enumerate(company.CHANNELS):
        rows = channel == index
        details[rows] = rng.choice(np.array(entry.details, object), int(rows.sum()))
    return _blank(rng, details, 0.08)


def _campaigns(channel: npt.NDArray[np.int64], local: Instants) -> Words:
    campaigns = np.full(len(channel), None, object)
    days = local.astype("datetime64[D]").astype(object)
    fair = [entry.name for entry in company.CHANNELS].index(company.FAIR)
    for row in np.flatnonzero(channel == fair):
        name = fair_on(days[row])
        campaigns[row] = f"{days[row].year}{name}" if name else None
    search = [entry.name for entry in company.CHANNELS].index("搜索推广")
    for row in np.flatnonzero(channel == search):
        campaigns[row] = f"{days[row].year}年Q{(days[row].month + 2) // 3}搜索投放"
    return campaigns


def _needs(rng: np.random.Generator, industry: Words) -> Words:
    needs = np.empty(len(industry), object)
    for name, words in company.NEEDS.items():
        rows = industry == name
        needs[rows] = rng.choice(np.array(words, object), int(rows.sum()))
    return needs


def _grades(rng: np.random.Generator, odds: Floats) -> Words:
    """A and B and C by what a screener can see of the odds; some are never graded."""
    seen = odds + rng.normal(0, 0.4, len(odds))
    grade = np.where(seen > 0.42, "A", np.where(seen > -0.25, "B", "C")).astype(object)
    return _blank(rng, grade, 0.06)


def _registered(rng: np.random.Generator, captured: Instants) -> Instants:
    """Mostly within minutes to hours; one in twenty days late."""
    count = len(captured)
    hours = np.where(rng.random(count) < 0.05, rng.uniform(26, 150, count), rng.lognormal(-1.2, 1.1, count))
    registered: Instants = captured + (np.minimum(hours, 150) * 3600).astype("timedelta64[s]")
    return registered
