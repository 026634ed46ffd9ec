"""Measure on data with known answers how well duplicates and forbidden numbers are found.

    python scripts/measure_accuracy.py

prints the rows of the tables in docs/duplicates.md and docs/privacy.md, which the tests compare with them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LEADLOOP_DATA": folder, "DJANGO_SETTINGS_MODULE": "leadloop.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        duplicates()
        numbers()


def duplicates() -> None:
    from tests.identity import accuracy

    listed, certain = accuracy.planted_companies()
    for name, found in (
        ("febrl3", accuracy.people_with_numbers()),
        ("fake_1000", accuracy.people_with_little()),
        ("planted companies, listed", listed),
        ("planted companies, certain", certain),
        ("short company names", accuracy.short_names()),
    ):
        counts = f"{found.records:,} | {found.true:,} | {found.listed:,}"
        print(f"| {name} | {counts} | {found.precision:.3f} | {found.recall:.3f} |")


def numbers() -> None:
    from tests.foundation.numbers_of_both_kinds import FORBIDDEN, HONEST, rate

    for made in (*FORBIDDEN, *HONEST):
        print(f"| {made.name} | {made.count:,} | {rate(made):.2%} |")


if __name__ == "__main__":
    main()
