"""Duplicates on data with known answers: what is promised holds, and docs/duplicates.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.identity import accuracy
from tests.identity.accuracy import Figures

PAGE = Path(__file__).parents[2] / "docs" / "duplicates.md"


def stated(name: str) -> tuple[float, float]:
    """Precision and recall of a row of the page's table."""
    line = next(
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} ")
    )
    found = re.findall(r"\b[01]\.\d{3}\b", line)
    return float(found[0]), float(found[1])


def agrees(name: str, figures: Figures) -> bool:
    """Another version of a library may move a pair or two."""
    return (figures.precision, figures.recall) == pytest.approx(stated(name), abs=0.003)


@pytest.mark.pure
def test_people_with_addresses_and_numbers() -> None:
    found = accuracy.people_with_numbers()
    assert found.true == 6_538
    assert found.precision >= 0.995
    assert found.recall >= 0.99
    assert agrees("febrl3", found)


@pytest.mark.pure
def test_people_with_little_known_of_each() -> None:
    found = accuracy.people_with_little()
    assert found.true == 2_031
    assert found.precision >= 0.97
    assert found.recall >= 0.83
    assert agrees("fake_1000", found)


@pytest.mark.pure
def test_companies_with_planted_duplicates() -> None:
    listed, certain = accuracy.planted_companies()
    assert listed.precision >= 0.97
    assert listed.recall >= 0.97
    assert certain.precision >= 0.995
    assert certain.listed > certain.true / 2
    assert agrees("planted companies, listed", listed)
    assert agrees("planted companies, certain", certain)


@pytest.mark.django_db
def test_short_names_find_the_full_ones() -> None:
    found = accuracy.short_names()
    assert found.true > 350
    assert found.recall >= 0.94
    assert agrees("short company names", found)
