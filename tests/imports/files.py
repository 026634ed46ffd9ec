"""Files to import, and the short way through an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.factories import NOW

from leadloop.imports.models import Import
from leadloop.imports.operations import import_file
from leadloop.imports.options import Options
from leadloop.people.models import User

GOLDEN = Path(__file__).parents[1] / "golden"
Row = Mapping[str, object]


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    """A clock that moves by a second each time somebody looks."""
    moments = iter(start + timedelta(seconds=n) for n in range(1_000_000))
    return lambda: next(moments)


def a_row(number: int, **cells: object) -> dict[str, object]:
    """A lead in the first stage, told apart from others by everything that identifies one."""
    return {
        "线索编号": f"A{number:04d}",
        "来源渠道": "展会",
        "获取时间": "2026-05-04 09:30",
        "客户名称": f"北京测试科技有限公司{number}",
        "联系人": f"王{number}",
        "手机": f"139{number:08d}",
        "邮箱": f"wang{number}@example.com",
        "行业类型": "制造业",
        **cells,
    }


def a_file(folder: Path, rows: Sequence[Row], name: str = "leads.csv") -> Path:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    lines = [",".join(headers)]
    lines += [",".join(str(row.get(header, "")) for header in headers) for row in rows]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def imported(*paths: Path, actor: User, now: datetime = NOW, **choices: Any) -> Import:
    """Everything from receiving to the end, as the command line does it."""
    return import_file(paths=list(paths), actor=actor, clock=ticking(now), options=Options(**choices))


def outcomes(import_: Import) -> dict[int, tuple[str, list[str]]]:
    """Line -> how it ended and why, for lines that did not simply become a lead."""
    return {row.row: (row.outcome, [reason["text"] for reason in row.reasons]) for row in import_.rows.all()}
