"""Where measurements happen: a folder and databases of their own, servers of both projects."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from leadloop.cli.bench.databases import Databases
from leadloop.cli.bench.processes import Ended, MeasuringFailed, Server, run, serving

WORKERS, THREADS = 2, 4
"""Of both servers, so that the same number of processes is compared."""


@dataclass(slots=True)
class Workshop:
    leads: int
    databases: Databases
    place: Path
    say: Callable[[str], None]
    _loaded: set[str] = field(default_factory=set)

    @property
    def database(self) -> str:
        return self.databases.kind

    def ours(self, name: str) -> dict[str, str]:
        """The environment of leadloop on the data set ``name``."""
        data = self.place / name
        data.mkdir(exist_ok=True)
        return {
            "LEADLOOP_DATA": str(data),
            "DATABASE_URL": self.databases.url(name),
            "LEADLOOP_DEMO": "1",
            "LEADLOOP_LANGUAGE": "zh-hans",
            "DJANGO_SETTINGS_MODULE": "leadloop.config.settings",
        }

    def bare(self, name: str) -> dict[str, str]:
        url = self.databases.url(name)
        # A socket's folder stands in the query; the bare project wants it by itself.
        host = parse_qs(urlsplit(url).query).get("host", [""])[0]
        return {"BARE_DATABASE": url.partition("?")[0], "BARE_HOST": host}

    def leadloop(self, *words: str, name: str) -> Ended:
        return run([sys.executable, "-m", "leadloop.cli.main", *words], self.ours(name))

    def inside(self, task: str, *, name: str, **options: object) -> Any:
        """A task of :mod:`.inside` in a process of its own; what it returns."""
        words = [sys.executable, "-m", "leadloop.cli.bench.inside", task, json.dumps(options)]
        return _answer(run(words, self.ours(name)).output)

    def inside_bare(self, task: str, *, name: str, **options: object) -> Any:
        words = [sys.executable, "-m", "leadloop.cli.bench.bare.run", task, json.dumps(options)]
        return _answer(run(words, self.bare(name)).output)

    def serve(self, name: str, **environment: str) -> AbstractContextManager[Server]:
        words = [
            sys.executable,
            "-m",
            "leadloop.cli.main",
            "serve",
            "--port",
            "PORT",
            "--workers",
            str(WORKERS),
        ]
        return serving(words, {**self.ours(name), **environment}, log=self.place / f"{name}.log")

    def serve_bare(self, name: str) -> AbstractContextManager[Server]:
        words = [
            sys.executable,
            "-m",
            "leadloop.cli.bench.bare.run",
            "serve",
            "PORT",
            str(WORKERS),
            str(THREADS),
        ]
        return serving(words, self.bare(name), log=self.place / f"{name}.log")

    def loaded(self, leads: int | None = None) -> str:
        """Name of a data set with the demo company's people and ``leads`` leads with history."""
        leads = self.leads if leads is None else leads
        name = f"loaded-{leads}"
        if name not in self._loaded:
            self.say(f"loading {leads:,} leads")
            self.inside("load", name=name, leads=leads)
            self._loaded.add(name)
        return name

    def loaded_bare(self) -> str:
        """Name of a database of the bare project with as many rows."""
        name = f"bare-{self.leads}"
        if name not in self._loaded:
            self.inside_bare("load", name=name, rows=self.leads)
            self._loaded.add(name)
        return name

    def copied(self, source: str, to: str) -> str:
        """A data set to be written to, the same as ``source``."""
        import shutil

        self.databases.copy(source, to)
        shutil.rmtree(self.place / to, ignore_errors=True)
        shutil.copytree(self.place / source, self.place / to)
        return to


def _answer(output: str) -> Any:
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            return json.loads(line)["answer"]
    raise MeasuringFailed(f"no answer: {output[-2000:]}")


def tell(answer: object) -> None:
    """How a task gives its answer."""
    print(json.dumps({"answer": answer}), flush=True)


Environment = Mapping[str, str]
