"""What has to be there before anything is served: tables, the shipped process, static files."""

from __future__ import annotations

import json
import pkgutil
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

STATIC_STAMP = ".complete"


def make_ready(*, verbosity: int = 0) -> None:
    prepare_database(verbosity=verbosity)
    collect_static()


def prepare_database(*, verbosity: int = 0) -> None:
    """Bring the tables to this version; a second start only reads two small tables."""
    from django.core.management import call_command
    from django.db import connection

    from leadloop.foundation import triggers
    from leadloop.foundation.clock import now
    from leadloop.playbook.operations import install_shipped
    from leadloop.process.operations import install_defaults

    if missing_migrations():
        call_command("migrate", interactive=False, verbosity=verbosity)
        install_defaults(now=now())
        install_shipped(now=now())
    else:
        triggers.install(connection)


def missing_migrations() -> list[str]:
    """Names of migrations that were not applied.

    Compares file names with the table of applied ones; Django's own check loads every
    migration and asks the models, which costs a quarter of a second at each start.
    """
    from django.db import DatabaseError, connection
    from django.db.migrations.recorder import MigrationRecorder

    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        applied = set()
    return [f"{app}.{name}" for app, name in _shipped_migrations() if (app, name) not in applied]


def _shipped_migrations() -> list[tuple[str, str]]:
    from django.apps import apps

    found = []
    for config in apps.get_app_configs():
        package = f"{config.name}.migrations"
        if find_spec(package) is None:
            continue
        paths = import_module(package).__path__
        found += [
            (config.label, entry.name) for entry in pkgutil.iter_modules(paths) if entry.name[0] not in "_~"
        ]
    return found


def collect_static() -> bool:
    """Copy static files under hashed names into the data directory, unless that was done before.

    Hashed names are what lets a browser keep them for good. Returns whether anything was copied.
    """
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    mark, stamp = _static_fingerprint(), root / STATIC_STAMP
    if stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return False
    call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
    stamp.write_text(mark, encoding="ascii")
    return True


def _static_fingerprint() -> str:
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    files: list[Any] = [settings.VERSION, settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            files.append([path, state.st_size, state.st_mtime_ns])
    return sha256(json.dumps(sorted(map(str, files))).encode()).hexdigest()
