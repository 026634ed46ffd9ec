"""All checks, in the order in which one failing makes the later ones pointless."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from django.conf import settings
from django.core import checks as framework
from django.db import DatabaseError, connection

from leadloop.cli import guard, ready
from leadloop.cli.check import clocks, figures, invariants, needs, records
from leadloop.cli.check.finding import Finding, found
from leadloop.foundation.messages import Message, msg


def run_all() -> list[Finding]:
    """Configuration first; figures only when the database is as this version expects it."""
    findings = [configuration(), data_directory(), database()]
    if not findings[-1].ok:
        return findings
    findings.append(migrations())
    if not findings[-1].ok:
        return findings
    return findings + _each(
        [intact, *invariants.CHECKS, *clocks.CHECKS, *records.CHECKS, *needs.CHECKS, *figures.CHECKS]
    )


def _each(checks: Sequence[Callable[[], Finding]]) -> list[Finding]:
    return [check() for check in checks]


def configuration() -> Finding:
    said = [
        problem
        for problem in framework.run_checks()
        if problem.level >= framework.WARNING and not problem.is_silenced()
    ]
    unsafe = guard.insecure(settings=settings) if settings.PRODUCTION else []
    problem = None
    if unsafe:
        problem = guard.listed(unsafe)
    elif said:
        problem = Message(str(said[0].msg))
    return found(
        "configuration",
        msg("Configuration"),
        problem=problem,
        remedy=msg("Change these settings; docs/settings.md explains each."),
    )


def data_directory() -> Finding:
    writable = os.access(settings.DATA_DIR, os.W_OK)
    return found(
        "data_directory",
        msg("Data directory %(path)s", path=settings.DATA_DIR),
        problem=None if writable else msg("It cannot be written to."),
        remedy=msg(
            "Give the right to the user that runs leadloop, or set LEADLOOP_DATA to another directory."
        ),
    )


def database() -> Finding:
    problem = None
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        problem = msg("It does not answer: %(error)s", error=str(error).strip())
    return found(
        "database",
        msg("Database (%(kind)s)", kind=connection.display_name),
        problem=problem,
        remedy=msg("Start the database server, and compare DATABASE_URL with its address."),
    )


def migrations() -> Finding:
    missing = ready.missing_migrations()
    return found(
        "migrations",
        msg("Tables as this version expects them"),
        problem=msg("%(count)s changes of the tables are missing.", count=len(missing)) if missing else None,
        remedy=msg("Run leadloop serve, which makes them, or leadloop manage migrate."),
        examples=tuple(missing[:3]),
    )


def intact() -> Finding:
    """On SQLite the file itself can be damaged, and other programs can write past the foreign keys."""
    problems: list[str] = []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(3)")
            problems = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            problems += [f"{row[0]} {row[1]} → {row[2]}" for row in cursor.fetchmany(3)]
    return found(
        "database_intact",
        msg("Database file intact"),
        problem=msg("The database is damaged.") if problems else None,
        remedy=msg("Stop the server and put back the last backup."),
        examples=tuple(problems[:3]),
    )
