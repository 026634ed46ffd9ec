"""``leadloop demo``: a data directory with the demo company, then the server."""

from __future__ import annotations

import os
import shutil
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from leadloop.cli.language import gettext as _
from leadloop.cli.serve import add_options
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

EXAMPLES = """
leadloop demo
leadloop demo --port 8080
leadloop demo --fresh --no-serve
"""


def configure(parser: ArgumentParser) -> None:
    add_options(parser)
    parser.add_argument("--no-serve", action="store_true", help=_("make the data and stop"))
    parser.add_argument(
        "--fresh", action="store_true", help=_("throw the demo company away and make it anew, up to today")
    )


def run(args: Namespace) -> int:
    # Both are read by the settings, so they come before anything of Django.
    os.environ["LEADLOOP_STATIC_COLLECTED"] = "1"
    os.environ["LEADLOOP_DEMO"] = "1"
    from leadloop.cli.application import set_up

    set_up()
    _make(fresh=args.fresh)
    if args.no_serve:
        return 0
    from leadloop.cli.serve import serve_now

    return serve_now(args)


def _make(*, fresh: bool) -> None:
    """The demo company, unless it is there. One that was interrupted half-way is made anew."""
    from django.conf import settings

    from leadloop.cli import ready
    from leadloop.cli.guard import demo_mark
    from leadloop.cli.terminal import Progress
    from leadloop.foundation.clock import now

    mark = demo_mark(settings.DATA_DIR)
    if mark.get("complete") and not fresh:
        return
    if mark:
        _throw_away()
    started = time.monotonic()
    with Progress(_("Making the demo company")) as progress:
        ready.prepare_database()
        from leadloop.cli.demo.build import build

        build(now=now(), progress=lambda done, of: progress.update(done, of=of))
    print(
        _("The demo company is in %(place)s (made in %(seconds).1f s).")
        % {"place": settings.DATA_DIR, "seconds": time.monotonic() - started},
    )
    print(_("Sign in as rep, manager, marketing, ops, exec or admin; the password is “demo”."), flush=True)


def _throw_away() -> None:
    """Remove the demo's own database. Only called where the mark says that nothing else is in it."""
    from django.conf import settings
    from django.db import connections

    database = settings.DATABASES["default"]
    if connections["default"].vendor != "sqlite":
        raise UsageError(
            msg("The demo company is in PostgreSQL: drop that database yourself and run leadloop demo again.")
        )
    connections.close_all()
    path = Path(database["NAME"])
    for file in (
        *(path.with_name(path.name + tail) for tail in ("", "-wal", "-shm", "-queue")),
        settings.DATA_DIR / "demo.json",
    ):
        file.unlink(missing_ok=True)
    for folder in (settings.STORE, settings.UPLOADS):
        shutil.rmtree(folder, ignore_errors=True)
