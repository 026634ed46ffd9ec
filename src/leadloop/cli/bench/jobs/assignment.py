"""Ten thousand leads given to people by the rules, in bulk and one by one."""

from __future__ import annotations

import statistics

from leadloop.cli.bench.figures import Result
from leadloop.cli.bench.workshop import Workshop

LEADS = 10_000
SINGLES = 50
ROUNDS = 5
LEAST_PER_SECOND = 2_000
MOST_MS = 15


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "assignment")
    found = shop.inside("assign", name=copy, leads=min(LEADS, shop.leads), singles=SINGLES, rounds=ROUNDS)
    leads = found["leads"]
    rates = [leads / seconds for seconds in found["bulk"]]
    bare = statistics.median(leads / seconds for seconds in found["bare"])
    rate = statistics.median(rates)
    each = [seconds / SINGLES * 1000 for seconds in found["one"]]
    return [
        Result(
            job="assign_in_bulk",
            leads=shop.leads,
            database=shop.database,
            value=rate,
            unit="leads/s",
            compared_with="inserting one row a lead",
            ratio=rate / bare,
            yardstick=bare,
            target=f">= {LEAST_PER_SECOND:,} leads/s",
            met=rate >= LEAST_PER_SECOND,
            spread=(min(rates), max(rates)),
            note=f"{leads:,} leads with a quota, a cap and the customer's owner, journal and reason of each",
        ),
        Result(
            job="assign_one",
            leads=shop.leads,
            database=shop.database,
            value=statistics.median(each),
            unit="ms",
            target=f"<= {MOST_MS} ms",
            met=statistics.median(each) <= MOST_MS,
            spread=(min(each), max(each)),
            note="as at the registration of a lead",
        ),
    ]
