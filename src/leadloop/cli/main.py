"""The ``leadloop`` command: finds the command's module, and loads only that one."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from leadloop import __version__
from leadloop.cli import language
from leadloop.cli.language import N_
from leadloop.cli.language import gettext as _
from leadloop.foundation.errors import LeadloopError, UsageError

OK, PROBLEM, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "serve": N_("run the application: web and background work together"),
    "demo": N_("make a data directory with a demo company and run it"),
    "analyze": N_("diagnose an export: conversion and funnel, without a server"),
    "import": N_("put a file of leads into the database"),
    "export": N_("write a table to a file"),
    "check": N_("check configuration, database and figures, and say what to do"),
    "bench": N_("generate leads with history and measure the main jobs"),
    "manage": N_("the framework's own commands"),
}
"""Name -> what it does. Help texts stand here so that ``leadloop --help`` imports no command."""

EXAMPLES = """\
  leadloop demo
  leadloop analyze export.csv
  leadloop analyze export.xlsx --period 2026-06 --compare 2026-05 --by source,industry+size -o report.html
  leadloop import leads.csv --dry-run
"""

MODULES = {"import": "import_"}
"""Where the module cannot have the command's name."""


class Parser(argparse.ArgumentParser):
    """Ends with 2 on wrong usage, as argparse does, and keeps the line breaks of examples."""

    def __init__(self, *, examples: str = "", **options: object) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        if examples:
            options["epilog"] = _("Examples:") + "\n" + _indent(examples)
        super().__init__(**options)  # type: ignore[arg-type]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 problem in the data or the job, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    language.activate(language.choose(words))
    _never_fail_on_output()
    try:
        try:
            code = _run(words)
        except SystemExit:
            # argparse ends like this; what it printed is still to be flushed, and may meet a closed pipe.
            sys.stdout.flush()
            raise
        sys.stdout.flush()
        return code
    except LeadloopError as error:
        return _explain(error)
    except KeyboardInterrupt:
        print(_("Stopped."), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; closing stdout again at exit would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _run(words: list[str]) -> int:
    parser, chosen = build(words)
    args = parser.parse_args(words)
    if chosen is None:
        parser.print_help()
        return OK if not words else WRONG_USAGE
    args.language = language.current()
    return int(chosen.run(args))


def build(words: Sequence[str]) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser, with the arguments of the one command that ``words`` name, and that command's module."""
    parser = Parser(
        prog="leadloop",
        description=_(
            "Capture B2B leads, follow them to a signed deal, and see where and why they are lost."
        ),
        examples=EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"leadloop {__version__}")
    _add_language(parser)
    name = next((word for word in _without_language(words) if word in COMMANDS), None)
    subparsers = parser.add_subparsers(title=_("commands"), metavar="COMMAND", dest="command")
    chosen: ModuleType | None = None
    for command, text in COMMANDS.items():
        if command != name:
            subparsers.add_parser(command, help=_(text))
            continue
        chosen = importlib.import_module(f"leadloop.cli.{MODULES.get(command, command)}")
        child = subparsers.add_parser(
            command, help=_(text), description=_(text), examples=getattr(chosen, "EXAMPLES", "")
        )
        _add_language(child)
        chosen.configure(child)
    return parser, chosen


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language",
        metavar="zh|en",
        type=_language,
        default=argparse.SUPPRESS,
        help=_("language of what is printed (otherwise LEADLOOP_LANGUAGE, then LANG)"),
    )


def _language(text: str) -> str:
    if text.lower().replace("_", "-") not in {"zh", "zh-hans", "zh-cn", "en", "en-us", "en-gb"}:
        raise argparse.ArgumentTypeError(
            _("“%(text)s” is not a language here. Write zh or en.") % {"text": text}
        )
    return language.code_of(text)


def _without_language(words: Sequence[str]) -> list[str]:
    """The words without ``--language`` and its value, up to and including the first that is no option."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = word == "--language"
            continue
        return [word]
    return kept


def _explain(error: LeadloopError) -> int:
    print(f"leadloop: {error.message.render(_)}", file=sys.stderr)
    return WRONG_USAGE if isinstance(error, UsageError) else PROBLEM


def _indent(text: str) -> str:
    return "\n".join(f"  {line.strip()}" for line in text.strip().splitlines())


def _never_fail_on_output() -> None:
    # A terminal that cannot show a character gets a question mark, not a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
