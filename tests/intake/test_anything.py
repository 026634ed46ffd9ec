# ruff: noqa: E501 - rows of a table
"""Whatever is in a file: it is read, or refused with a message; nothing else happens, and no row is lost."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.foundation.errors import DataError

from .helpers import GOLDEN, read

QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def accounted_for(path: Path) -> bool:
    try:
        found = read(path)
    except DataError:
        return True
    errors = {(issue.file, issue.row) for issue in found.issues if issue.severity == "error" and issue.row}
    assert found.rows_read == found.leads.num_rows + found.rows_rejected
    assert len(errors) == found.rows_rejected
    return True


@QUIET
@given(content=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert accounted_for(path)


CELLS = st.one_of(
    st.sampled_from(
        ["", "1", "2026-06-03", "3/6/2026", "won", "lost", "未转化", "15-20万", '"', 'a"b', "=1+1", "\n", ",", "Closed Won", "-"]
    ),
    st.text(max_size=8),
)  # fmt: skip
NAMES = st.sampled_from(
    ["lead id", "created date", "status", "stage", "won date", "lost date", "amount", "phone", "需求沟通时间", "", "x", "entered at", "new stage", "跟进时间"]
)  # fmt: skip


@QUIET
@given(
    header=st.lists(NAMES, min_size=1, max_size=7), rows=st.lists(st.lists(CELLS, max_size=8), max_size=12), quoted=st.booleans()
)  # fmt: skip
def test_any_table(tmp_path: Path, header: list[str], rows: list[list[str]], quoted: bool) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted else text

    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(map(cell, row)) for row in [header, *rows]), "utf-8", errors="replace")
    assert accounted_for(path)


@QUIET
@given(seed=st.integers(0, 10_000))
def test_a_damaged_export(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray((GOLDEN / "table2_leads.csv").read_bytes()[:20_000])
    for _ in range(chance.randrange(1, 20)):
        content[chance.randrange(len(content))] = chance.choice(b'",\n\r;\t\x00\xff0a')
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(content))
    assert accounted_for(path)
