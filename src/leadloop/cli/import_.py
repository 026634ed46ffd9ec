"""``leadloop import``: what the wizard does, for one or several files that belong together."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadloop.cli.language import gettext as _
from leadloop.cli.terminal import Progress, warn
from leadloop.foundation.errors import DataError, UsageError
from leadloop.foundation.messages import msg

if TYPE_CHECKING:
    from leadloop.imports.models import Import
    from leadloop.imports.options import Options
    from leadloop.people.models import User

SHOWN_REASONS = 10

EXAMPLES = """
leadloop import leads.csv --dry-run
leadloop import leads.xlsx --as ops --without-owner pool
leadloop import leads.csv history.csv --map map.toml --duplicates update
"""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_("CSV, XLSX, XLS or ODS"))
    parser.add_argument(
        "--map", type=Path, metavar="MAP.toml", help=_("how to read the columns (analyze --explain-map)")
    )
    parser.add_argument("--dry-run", action="store_true", help=_("read and check everything, write nothing"))
    parser.add_argument(
        "--as",
        dest="actor",
        metavar="USER",
        help=_("the sign-in name of who imports (otherwise the first of operations)"),
    )
    parser.add_argument(
        "--duplicates",
        choices=("skip", "update", "keep"),
        default="skip",
        help=_("what to do with rows that are here already (%(default)s)"),
    )
    parser.add_argument(
        "--without-owner",
        choices=("rules", "pool"),
        default="rules",
        help=_("open leads without an owner in the file: given to people by the rules, or into the pool"),
    )
    parser.add_argument("--process", metavar="KEY", help=_("the process that the leads enter"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(args: Namespace) -> int:
    for path in args.files:
        if not path.is_file():
            raise DataError(msg("There is no file %(file)s.", file=path))
    mapping = _mapping(args.map)
    from leadloop.cli.application import set_up
    from leadloop.foundation.background import give_way

    # The server goes on meanwhile.
    give_way()

    set_up()
    from leadloop.cli import ready

    ready.prepare_database()
    actor = _actor(args.actor)
    imported = _dry_run(args, mapping, actor) if args.dry_run else _import(args, mapping, actor)
    _tell(imported, as_json=args.json, dry=args.dry_run)
    return 1 if imported["error"] or imported["rejected"] else 0


def _mapping(path: Path | None) -> str:
    if path is None:
        return ""
    if not path.is_file():
        raise UsageError(msg("There is no mapping file %(file)s.", file=path), field="map")
    return path.read_text(encoding="utf-8")


def _actor(username: str | None) -> User:
    """Whoever the command names; left out, the first person of operations."""
    from leadloop.cli.export.reader import user_named
    from leadloop.people.models import Role, User

    if username is not None:
        return user_named(username)
    first = User.objects.filter(is_active=True, memberships__role=Role.OPS).order_by("id").first()
    if first is None:
        raise UsageError(
            msg("Say who imports: --as USER, with the sign-in name of somebody who may."), field="as"
        )
    return first


def _dry_run(args: Namespace, mapping: str, actor: User) -> dict[str, Any]:
    """The import with everything taken back; the draft that it needs is forgotten again."""
    from leadloop.foundation.clock import now
    from leadloop.imports.operations import discard, receive_paths, set_mapping
    from leadloop.imports.rehearsal import dry_run

    draft = receive_paths(paths=args.files, actor=actor, now=now())
    try:
        if mapping:
            set_mapping(import_=draft, mapping=mapping, actor=actor, now=now())
        found = dry_run(import_=draft, options=_options(args), now=now())
    finally:
        discard(import_=draft, actor=actor, now=now())
    rejected = [result for result in found.results if result.outcome == "rejected"]
    return {
        "rows": found.rows_read,
        **{name: found.counts[name] for name in ("created", "updated", "skipped", "rejected", "joined")},
        "error": None,
        "reasons": [
            {"file": one.file, "row": one.row, "why": "; ".join(why.render(_) for why, _field in one.reasons)}
            for one in rejected[:SHOWN_REASONS]
        ],
    }


def _options(args: Namespace) -> Options:
    from leadloop.imports.options import Options

    return Options(duplicates=args.duplicates, process=args.process, ownerless=args.without_owner)


def _import(args: Namespace, mapping: str, actor: User) -> dict[str, Any]:
    from leadloop.foundation import clock
    from leadloop.imports.operations import import_file, look_over

    with Progress(_("Importing")) as progress:
        done = import_file(
            paths=args.files,
            actor=actor,
            clock=clock.now,
            options=_options(args),
            mapping=mapping,
            progress=lambda so_far: progress.update(so_far.rows_read, of=so_far.rows_total),
        )
    look_over(import_id=done.pk, now=clock.now())
    done.refresh_from_db()
    return _summary(done)


def _summary(done: Import) -> dict[str, Any]:
    return {
        "rows": done.rows_read,
        "created": done.created,
        "updated": done.updated,
        "skipped": done.skipped,
        "rejected": done.rejected,
        "joined": done.joined,
        "assigned": done.assigned,
        "seconds": round(done.seconds, 2),
        "error": done.error_message.render(_) if done.error_message else None,
        "reasons": [_reason(row) for row in done.rows.filter(outcome="rejected")[:SHOWN_REASONS]],
    }


def _reason(row: Any) -> dict[str, Any]:
    from leadloop.imports.models import message_of

    return {
        "file": row.file,
        "row": row.row,
        "why": "; ".join(message_of(reason).render(_) for reason in row.reasons),
    }


def _tell(done: dict[str, Any], *, as_json: bool, dry: bool) -> None:
    if as_json:
        print(json.dumps(done, ensure_ascii=False, indent=2))
        return
    if done["error"]:
        warn(done["error"])
    for reason in done["reasons"]:
        warn(_("%(file)s, row %(row)s: %(why)s") % reason)
    if left := done["rejected"] - len(done["reasons"]):
        warn(_("… and %(count)s more rejected rows.") % {"count": left} if done["reasons"] else "")
    words = _(
        "Rows: %(rows)s. Created %(created)s, updated %(updated)s, skipped %(skipped)s, "
        "rejected %(rejected)s, belonging to another row %(joined)s."
    )
    print(words % done)
    if done.get("assigned"):
        print(_("%(assigned)s leads without an owner were given to people by the rules.") % done)
    if dry:
        print(_("Nothing was written."))
