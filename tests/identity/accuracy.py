"""How many duplicates are found, and how many of those found are duplicates, on data with known answers."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from leadloop.cli.bench.planted import companies, true_pairs
from leadloop.customers.matching.blocking import candidates
from leadloop.customers.matching.finding import Entry, find_pairs
from leadloop.customers.matching.model import Model
from leadloop.customers.models import Customer
from leadloop.customers.queries import similar
from leadloop.customers.rules import name_keys, parse
from leadloop.foundation.clock import now
from leadloop.identity.policy import CERTAIN, LISTED

DATA = Path(__file__).parent / "data"
Pairs = set[tuple[int, int]]

FEBRL = (
    ("given_name", "person"),
    ("surname", "person"),
    ("street_number", "number"),
    ("address_1", "text"),
    ("suburb", "text"),
    ("postcode", "number"),
    ("date_of_birth", "date"),
    ("soc_sec_id", "number"),
)
FAKE = (
    ("first_name", "person"),
    ("surname", "person"),
    ("dob", "date"),
    ("city", "text"),
    ("email", "email"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    records: int
    true: int
    """Pairs that are one."""
    listed: int
    right: int
    candidates: int = 0
    """Pairs that were compared at all."""

    @property
    def precision(self) -> float:
        return self.right / self.listed

    @property
    def recall(self) -> float:
        return self.right / self.true


def people_with_numbers() -> Figures:
    records = rows("febrl3.csv")
    return _people(records, FEBRL, pairs_of(record["rec_id"].split("-")[1] for record in records))


def people_with_little() -> Figures:
    records = rows("fake_1000.csv")
    for record in records:
        record["dob"] = record["dob"].replace("-", "")
    return _people(records, FAKE, pairs_of(record["cluster"] for record in records))


def planted_companies(count: int = 5_000) -> tuple[Figures, Figures]:
    """Of all that are listed, and of those that may be merged unseen."""
    planted = companies(count)
    found = find_pairs(
        (Entry(n, r.name, r.credit_code, r.contact, r.phone, r.email) for n, r in enumerate(planted)),
        at_least=LISTED,
    )
    true = true_pairs(planted)
    listed = {(pair.one, pair.other) for pair in found}
    certain = {(pair.one, pair.other) for pair in found if pair.certain(CERTAIN)}
    return tuple(Figures(len(planted), len(true), len(some), len(some & true)) for some in (listed, certain))  # type: ignore[return-value]


def short_names() -> Figures:
    """Of the companies whose short name belongs to one of them only, those that it finds first.

    Only one in the list's own sense: no other name of the list begins with it or contains it.
    """
    lines = (DATA / "zh_company_names.txt").read_text(encoding="utf-8").splitlines()
    known = [line.split() for line in lines if line.strip()]
    full = [names[0] for names in known]
    Customer.objects.bulk_create(Customer(name=name, created_at=now(), **name_keys(name)) for name in full)
    keys = [parse(name).key for name in full]
    short = [names for names in known if len(names) == 2]
    times = Counter(names[1] for names in short)
    unique = [
        names
        for names in short
        if times[names[1]] == 1 and sum(parse(names[1]).key in key for key in keys) == 1
    ]
    ids = {customer.name: customer.pk for customer in Customer.objects.all()}
    right = sum(_first(names[1]) == ids[names[0]] for names in unique)
    answered = sum(_first(names[1]) is not None for names in unique)
    return Figures(len(full), len(unique), answered, right)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(file, skipinitialspace=True)
        return [{key: (value or "").strip().lower() for key, value in row.items()} for row in found]


def pairs_of(entities: Iterable[object]) -> Pairs:
    places: dict[object, list[int]] = defaultdict(list)
    for place, entity in enumerate(entities):
        places[entity].append(place)
    return {pair for found in places.values() for pair in combinations(found, 2)}


def _people(records: list[dict[str, str]], fields: tuple[tuple[str, str], ...], true: Pairs) -> Figures:
    values = [tuple(record[name] for name, _ in fields) for record in records]
    pairs = candidates(values, fields)
    probability = Model(values, fields).score(pairs).probability
    found = {(int(one), int(other)) for one, other in pairs[probability >= LISTED]}
    return Figures(len(records), len(true), len(found), len(found & true), len(pairs))


def _first(name: str) -> int | None:
    found = similar(name=name)
    return found[0].customer_id if found else None
