"""The report as plain data, for programs: English and codes, whatever the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadloop import analysis
from leadloop.analysis.tables import Stage
from leadloop.intake.faults import FAULTS
from leadloop.intake.result import ColumnUse, Issue
from leadloop.reporting.diagnosis import Diagnosis


def as_data(found: Diagnosis, stages: Sequence[Stage]) -> dict[str, Any]:
    """The results (see ``analysis.as_json``) with the files they came from and what was noticed in them."""
    results = analysis.as_json(
        conversion=found.conversion, funnel=found.funnel, quality=found.quality, stages=stages
    )
    columns = found.understanding.columns if found.understanding else ()
    return {
        **results,
        "warnings": [*results["warnings"], *_noticed(found.issues)],
        "files": list(found.sources),
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "noticed": [_issue(issue) for issue in found.issues],
        "columns": [_column(column) for column in columns],
    }


def _noticed(issues: Sequence[Issue]) -> list[str]:
    """One sentence for each kind of thing noticed; many rows of a kind are counted, not listed."""
    by_code: dict[str, list[Issue]] = {}
    for issue in issues:
        by_code.setdefault(issue.code, []).append(issue)
    return [_sentence(code, same) for code, same in by_code.items()]


def _sentence(code: str, same: Sequence[Issue]) -> str:
    if len(same) == 1 or code not in FAULTS:
        return str(same[0].message)
    return f"{FAULTS[code].title}: {len(same)} times, first in row {same[0].row}"


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "severity": issue.severity,
        "code": issue.code,
        "file": issue.file or None,
        "row": issue.row,
        "column": issue.column,
        "value": issue.value,
        "message": str(issue.message),
    }


def _column(column: ColumnUse) -> dict[str, Any]:
    return {"file": column.file, "header": column.header, "field": column.field, "how": column.how}
