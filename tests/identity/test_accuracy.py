"""How many duplicates are found, and how many of those found are duplicates, on data with known answers."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from tests.factories import NOW

from leadloop.cli.bench.planted import companies, true_pairs
from leadloop.customers.matching.blocking import candidates
from leadloop.customers.matching.finding import Entry, find_pairs
from leadloop.customers.matching.model import Model
from leadloop.customers.models import Customer
from leadloop.customers.queries import similar
from leadloop.customers.rules import name_keys, parse
from leadloop.identity.policy import CERTAIN, LISTED

DATA = Path(__file__).parent / "data"

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


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(file, skipinitialspace=True)
        return [{key: (value or "").strip().lower() for key, value in row.items()} for row in found]


def pairs_of(entities: Iterable[object]) -> set[tuple[int, int]]:
    places: dict[object, list[int]] = defaultdict(list)
    for place, entity in enumerate(entities):
        places[entity].append(place)
    return {pair for found in places.values() for pair in combinations(found, 2)}


def precision_and_recall(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> tuple[float, float]:
    right = len(found & true)
    return right / len(found), right / len(true)


def people(records: list[dict[str, str]], fields: tuple[tuple[str, str], ...]) -> set[tuple[int, int]]:
    values = [tuple(record[name] for name, _ in fields) for record in records]
    pairs = candidates(values, fields)
    probability = Model(values, fields).score(pairs).probability
    return {(int(one), int(other)) for one, other in pairs[probability >= LISTED]}


@pytest.mark.pure
def test_people_with_addresses_and_numbers() -> None:
    records = rows("febrl3.csv")
    true = pairs_of(record["rec_id"].split("-")[1] for record in records)
    assert len(true) == 6_538
    precision, recall = precision_and_recall(people(records, FEBRL), true)
    assert precision >= 0.995
    assert recall >= 0.99


@pytest.mark.pure
def test_people_with_little_known_of_each() -> None:
    records = rows("fake_1000.csv")
    for record in records:
        record["dob"] = record["dob"].replace("-", "")
    true = pairs_of(record["cluster"] for record in records)
    assert len(true) == 2_031
    precision, recall = precision_and_recall(people(records, FAKE), true)
    assert precision >= 0.97
    assert recall >= 0.83


@pytest.mark.pure
def test_companies_with_planted_duplicates() -> None:
    planted = companies(5_000)
    found = find_pairs(
        (Entry(n, r.name, r.credit_code, r.contact, r.phone, r.email) for n, r in enumerate(planted)),
        at_least=LISTED,
    )
    true = true_pairs(planted)
    precision, recall = precision_and_recall({(pair.one, pair.other) for pair in found}, true)
    assert precision >= 0.97
    assert recall >= 0.97
    certain = {(pair.one, pair.other) for pair in found if pair.certain(CERTAIN)}
    assert precision_and_recall(certain, true)[0] >= 0.995
    assert len(certain) > len(true) / 2


@pytest.mark.django_db
def test_short_names_find_the_full_ones() -> None:
    """Of the companies whose short name belongs to one of them only, in the list's own sense."""
    lines = (DATA / "zh_company_names.txt").read_text(encoding="utf-8").splitlines()
    known = [line.split() for line in lines if line.strip()]
    full = [names[0] for names in known]
    Customer.objects.bulk_create(Customer(name=name, created_at=NOW, **name_keys(name)) for name in full)
    keys = [parse(name).key for name in full]
    short = [names for names in known if len(names) == 2]
    times = Counter(names[1] for names in short)
    unique = [
        names
        for names in short
        if times[names[1]] == 1 and sum(parse(names[1]).key in key for key in keys) == 1
    ]
    assert len(unique) > 350
    ids = {customer.name: customer.pk for customer in Customer.objects.all()}
    right = sum(_first(names[1]) == ids[names[0]] for names in unique)
    assert right / len(unique) >= 0.94


def _first(name: str) -> int | None:
    found = similar(name=name)
    return found[0].customer_id if found else None
