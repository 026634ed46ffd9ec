"""``leadloop check``: is everything as it should be, and if not, what to do."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from leadloop.cli.language import gettext as _

EXAMPLES = """
leadloop check
leadloop check --json
leadloop check --rebuild
"""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))
    parser.add_argument(
        "--rebuild", action="store_true", help=_("build the store for analysis again from the journal first")
    )


def run(args: Namespace) -> int:
    from leadloop.cli.application import set_up

    set_up()
    from leadloop.cli.check.checks import run_all

    if args.rebuild:
        from leadloop.store.refresh import rebuild

        rebuild()
    findings = run_all()
    healthy = all(finding.ok for finding in findings)
    if args.json:
        print(
            json.dumps(
                {"ok": healthy, "checks": [f.as_dict(_) for f in findings]}, ensure_ascii=False, indent=2
            )
        )
    else:
        for finding in findings:
            print(finding.as_text(_))
        print()
        print(_("Everything is as it should be.") if healthy else _("Something needs attention."))
    return 0 if healthy else 1
