"""``python -m leadloop.cli.bench.bare.run serve PORT WORKERS THREADS`` or ``… create``."""

from __future__ import annotations

import os
import sys

SETTINGS = "leadloop.cli.bench.bare.settings"


def create() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)


def serve(port: int, workers: int, threads: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "leadloop.cli.bench.bare.wsgi:application",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if sys.argv[1] == "create":
        create()
    else:
        serve(*map(int, sys.argv[2:5]))
