"""``leadloop serve``: the web application and its worker together."""

from __future__ import annotations

import gc
import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from leadloop.cli.language import gettext as _

EXAMPLES = """
leadloop serve
leadloop serve --port 8080 --workers 4
LEADLOOP_DATA=/srv/leadloop DATABASE_URL=postgresql://leadloop@localhost/leadloop leadloop serve
"""


def configure(parser: ArgumentParser) -> None:
    add_options(parser)


def add_options(parser: ArgumentParser) -> None:
    """The options that `serve` and `demo` share."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=_("address to listen on (127.0.0.1: only this computer)"),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=int(os.environ.get("PORT") or 8000),
        help=_("port to listen on; 0 takes a free one (PORT, else 8000)"),
    )
    parser.add_argument(
        "--workers",
        type=_at_least_one,
        default=min(2, os.cpu_count() or 1),
        help=_("web processes, beside one for background work (%(default)s)"),
    )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(_("“%(text)s” is not a number of processes.") % {"text": text})
    return int(text)


def run(args: Namespace) -> int:
    # Loading makes no garbage; the server switches the collector on in its processes.
    gc.disable()
    # Read by the settings: pages then name static files by their hashes.
    os.environ["LEADLOOP_STATIC_COLLECTED"] = "1"
    from leadloop.cli.application import set_up

    set_up()
    return serve_now(args)


def serve_now(args: Namespace) -> int:
    """Refuse what is unsafe, make everything ready, and serve. Django has been set up."""
    from django.conf import settings

    from leadloop.cli import guard, ready, server

    guard.refuse_unsafe(settings=settings, host=args.host)
    port = server.free_port(args.host, args.port)
    settings.DEMO = guard.is_demo(settings)
    os.environ["LEADLOOP_DEMO"] = str(settings.DEMO)
    ready.make_ready()
    server.serve(host=args.host, port=port, workers=args.workers, when_ready=_tell_address)
    return 0


def _tell_address(address: str) -> None:
    print(_("leadloop is ready: %(address)s (Ctrl-C stops it)") % {"address": address}, flush=True)
