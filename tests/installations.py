"""A whole installation in folders and processes of its own, for tests that kill processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from django.conf import settings

_SET_UP = """
import django
django.setup()
from django.core.management import call_command
from leadloop.foundation import clock
from leadloop.process.operations import install_defaults
call_command("migrate", verbosity=0)
install_defaults(now=clock.now())
"""


@dataclass(slots=True)
class Installation:
    """``run`` starts Python with this installation's environment; output comes back as text."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, code: str, *, check: bool = True, timeout: float = 120) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + code],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(done.stderr[-4000:])
        return done.stdout.strip()

    def start(self, code: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "import django; django.setup()\n" + code]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)


@contextmanager
def an_installation(data: Path) -> Iterator[Installation]:
    """On the kind of database that the tests run on: a SQLite file, or a database of its own."""
    environment = {
        **os.environ,
        "LEADLOOP_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "leadloop.config.settings",
    }
    environment.pop("LEADLOOP_JOBS_IMMEDIATE", None)
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        environment["DATABASE_URL"] = _new_database(os.environ["DATABASE_URL"])
    else:
        environment.pop("DATABASE_URL", None)
    installation = Installation(data, environment)
    installation.run(_SET_UP)
    yield installation


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def wait_until(condition: object, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > until:
            raise AssertionError("waited in vain")
        time.sleep(0.02)


def _new_database(url: str) -> str:
    import psycopg

    name = f"leadloop_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
