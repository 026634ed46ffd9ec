"""``leadloop manage``: the framework's own commands."""

from __future__ import annotations

import os
from argparse import REMAINDER, ArgumentParser, Namespace

from leadloop.cli.application import SETTINGS
from leadloop.cli.language import gettext as _

EXAMPLES = """
leadloop manage createsuperuser
leadloop manage shell
leadloop manage migrate --plan
"""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs=REMAINDER, metavar="COMMAND", help=_("a command and its options"))


def run(args: Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["leadloop manage", *(args.words or ["help"])])
    return 0
