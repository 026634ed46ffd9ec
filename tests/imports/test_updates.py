"""Rows that bring a lead up to date which is already here."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.imports.files import a_file, a_row, imported
from tests.imports.test_undo import undone

from leadloop.imports.models import Status
from leadloop.leads.models import Lead
from leadloop.process.operations import StageSpec, create_process

pytestmark = pytest.mark.django_db


def test_stage_that_the_leads_own_process_lacks_is_left_out(cast: Cast, tmp_path: Path) -> None:
    """The import enters another process than the one that the lead runs on."""
    stages = [
        StageSpec(key="new", name_zh="新", name_en="New", canonical=1),
        StageSpec(key="done", name_zh="成", name_en="Done", canonical=6, won=True),
    ]
    other = create_process(key="short", name_zh="短", name_en="Short", stages=stages, actor=None, now=NOW)
    lead = a_lead(process=other, phone="13900000001", captured_at=NOW - hours(24 * 60))
    row = a_row(1, 行业类型="服务业", 需求沟通时间="2026-05-06 10:00")
    done = imported(a_file(tmp_path, [row, a_row(2)]), actor=cast.ops, duplicates="update")
    lead.refresh_from_db()
    assert (done.status, done.updated, done.created) == (Status.DONE, 1, 1)
    assert (lead.industry, lead.stage.key) == ("服务业", "new")


def test_two_rows_about_one_lead_are_undone_together(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    rows = [a_row(1, 线索编号="", 行业类型="服务业"), a_row(1, 线索编号="", 客户规模="大型企业")]
    done = imported(a_file(tmp_path, rows), actor=cast.ops, duplicates="update")
    assert done.updated == 2
    assert undone(done, cast).kept_on_undo == 0
    lead = Lead.objects.get()
    assert (lead.industry, lead.size) == ("制造业", "")
