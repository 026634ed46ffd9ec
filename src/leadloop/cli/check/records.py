"""Whether follow-up records agree with the journal, and their files are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadloop.cli.check.finding import Finding, found
from leadloop.foundation.messages import msg


def records_agree() -> Finding:
    from leadloop.followup.queries.checking import wrong_records

    count, examples = wrong_records()
    return found(
        "records_agree",
        msg("Every follow-up record is a contact in the journal"),
        problem=msg("Not so for %(count)s records.", count=count) if count else None,
        remedy=msg("This comes from a change past the application. Please report it."),
        examples=tuple(examples),
    )


def files_there() -> Finding:
    from leadloop.followup.queries.checking import missing_files

    count, examples = missing_files()
    return found(
        "files_there",
        msg("Every attached file is in the data directory"),
        problem=msg("%(count)s are missing or of another size.", count=count) if count else None,
        remedy=msg("Copy the folder “attachments” back from a backup."),
        examples=tuple(examples),
    )


CHECKS: Sequence[Callable[[], Finding]] = (records_agree, files_there)
