"""``leadloop manage search_index``: index all names anew, in chunks, while people go on working."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from leadloop.leads.search import index
from leadloop.leads.search.index import Kind


class Command(BaseCommand):
    help = "Index all names of customers and contacts anew, after some were written past the index."

    def handle(self, **options: object) -> None:
        count = index.fill(report=self._report)
        self.stdout.write(f"{count}")

    def _report(self, kind: Kind, done: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"{kind}: {done}")
