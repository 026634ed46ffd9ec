"""Lead register, grade list, grading and follow-up plan, follow-up records: columns, rows, who sees what."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, hours

from leadloop import intake
from leadloop.actions.operations import Planned
from leadloop.analysis.scope import Visibility
from leadloop.chain.operations import MemberFacts, add
from leadloop.cli import language
from leadloop.cli.main import main
from leadloop.followup.operations import FollowUpFacts, edit, log
from leadloop.foundation.spreadsheet import write_xlsx
from leadloop.leads.models import Lead
from leadloop.leads.operations import claim_lead, invalidate_lead, log_follow_up
from leadloop.reporting.documents.records import RECORDS
from leadloop.reporting.documents.registers import DOCUMENTS, PLAN, REGISTER, Choice, Reading, table

REGISTER_COLUMNS = [
    "Lead number", "Channel", "Customer name", "Contact details", "Industry", "First need", "Captured at",
    "Owner", "First tags",
]  # fmt: skip
PLAN_COLUMNS = [
    "Lead number", "Customer name", "Contact", "Contact details", "Channel", "Grade", "Assigned at",
    "First follow-up at", "Follow-up record", "Status", "Next action", "Owner",
]  # fmt: skip
RECORD_COLUMNS = [
    "Lead number", "Follow-up time", "Way of follow-up", "Followed up by", "Spoken with",
    "Feedback and pain points", "Decision makers", "Mood of the customer", "Next action",
]  # fmt: skip


@pytest.fixture
def document(client_for):
    def read(user, key: str, query: str = "", lang: str = "en") -> Any:
        answer = client_for(user, HTTP_ACCEPT_LANGUAGE=lang).get(f"/analysis/documents/{key}.xlsx{query}")
        assert answer.status_code == 200, answer.content
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        return book.active

    return read


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    titles = [cell.value for cell in sheet[1]]
    found = sheet.iter_rows(min_row=2, values_only=True)
    return [dict(zip(titles, values, strict=True)) for values in found]


def a_whole_lead(cast: Cast, **facts: Any) -> Lead:
    facts = {
        "owner": cast.owner,
        "channel": a_channel(),
        "customer": "华信科技",
        "contact": "王伟",
        "phone": "13900001111",
        "email": "wang@huaxin.com",
        "industry": "制造业",
        "first_need": "一套仓储系统",
        "tags": ("高意向", "展会"),
        "grade": "A",
        **facts,
    }
    return a_lead(**facts)


def test_the_lead_register_has_the_columns_of_the_sheet(cast: Cast, document) -> None:
    lead = a_whole_lead(cast)
    sheet = document(cast.ops, "lead-register")
    assert [cell.value for cell in sheet[1]] == REGISTER_COLUMNS
    assert sheet.title == "Lead register"
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["C"].width > 20
    (row,) = rows_of(sheet)
    assert row == dict(
        zip(
            REGISTER_COLUMNS,
            [lead.number, "展会", "华信科技", "13900001111 / wang@huaxin.com", "制造业", "一套仓储系统",
             datetime(2026, 6, 15, 10),  # noqa: DTZ001
             "Owner", "展会, 高意向"],
            strict=True,
        )
    )  # fmt: skip
    captured = sheet["G2"]
    assert (captured.data_type, captured.number_format) == ("d", "yyyy-mm-dd hh:mm")


def test_the_plan_tells_where_each_lead_stands_and_what_comes_next(cast: Cast, document) -> None:
    working = a_whole_lead(cast, grade="A")
    log_follow_up(lead=working, actor=cast.owner, now=NOW + hours(2), note="预算已定")
    log_follow_up(lead=working, actor=cast.owner, now=NOW + hours(24), note="约下周演示")
    a_whole_lead(cast, grade="C")
    a_whole_lead(cast, owner=None)
    a_won_lead(owner=cast.owner)
    a_lost_lead(owner=cast.owner)
    invalidate_lead(lead=a_whole_lead(cast), reason="test", actor=None, now=NOW)
    sheet = document(cast.ops, "follow-up-plan")
    assert [cell.value for cell in sheet[1]] == PLAN_COLUMNS
    rows = rows_of(sheet)
    assert [row["Status"] for row in rows] == ["working", "waiting", "waiting", "converted", "lost"]
    assert [row["Next action"] for row in rows] == [
        "next contact by 2026-06-22", "nurture", "claim from the pool", None, None,
    ]  # fmt: skip
    assert rows[0]["Follow-up record"] == "约下周演示"
    assert rows[0]["First follow-up at"] == datetime(2026, 6, 15, 12)  # noqa: DTZ001
    assert rows[2]["Owner"] is None


def test_the_plan_has_the_real_record_and_what_is_really_planned(cast: Cast, document) -> None:
    lead = a_whole_lead(cast)
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1), note="from a file")
    log(
        lead=lead, facts=FollowUpFacts("phone", "positive", "预算已定", "交期太长"), actor=cast.owner,
        now=NOW + hours(2), plan=Planned(due_at=NOW + hours(50), title="报价"),
    )  # fmt: skip
    (row,) = rows_of(document(cast.ops, "follow-up-plan"))
    assert row["Follow-up record"] == "预算已定\nPain points: 交期太长"
    assert row["Next action"] == "报价 by 2026-06-17"


def test_follow_up_records_have_the_columns_of_the_sheet(cast: Cast, document) -> None:
    lead = a_whole_lead(cast)
    log_follow_up(lead=lead, actor=None, now=NOW + hours(1), note="from a file")
    add(lead=lead, facts=MemberFacts(role="decision_maker", name="赵总"), actor=cast.owner, now=NOW)
    log(
        lead=lead,
        facts=FollowUpFacts("visit", "hesitant", "预算已定", "交期太长", contacts=(lead.contact_id,)),
        actor=cast.owner,
        now=NOW + hours(2),
        plan=Planned(due_at=NOW + hours(50), title="报价"),
    )
    log(lead=lead, facts=FollowUpFacts("phone", "silent"), actor=cast.manager, now=NOW + hours(30))
    sheet = document(cast.ops, "follow-up-records")
    assert [cell.value for cell in sheet[1]] == RECORD_COLUMNS
    rows = [list(row.values()) for row in rows_of(sheet)]
    assert [row[2:5] for row in rows] == [
        [None, None, None], ["visit", "Owner", "王伟"], ["phone", "Manager", None],
    ]  # fmt: skip
    assert rows[1] == [
        lead.number, datetime(2026, 6, 15, 12), "visit", "Owner", "王伟",  # noqa: DTZ001
        "预算已定\nPain points: 交期太长", "赵总", "hesitant", "报价 by 2026-06-17",
    ]  # fmt: skip
    assert [row[5] for row in rows] == ["from a file", "预算已定\nPain points: 交期太长", None]
    assert [row[8] for row in rows] == [None, "报价 by 2026-06-17", None]


def test_records_are_narrowed_by_the_time_of_the_contact(cast: Cast, document) -> None:
    lead = a_whole_lead(cast, now=NOW - hours(24 * 40))
    log_follow_up(lead=lead, actor=None, now=NOW - hours(24 * 20))
    log_follow_up(lead=lead, actor=None, now=NOW)
    ask = lambda query: len(rows_of(document(cast.ops, "follow-up-records", query)))  # noqa: E731
    assert [ask(""), ask("?first=2026-06-15"), ask("?last=2026-06-14"), ask("?first=2026-06-16")] == [
        2,
        1,
        1,
        0,
    ]


def test_a_corrected_contact_is_one_row(cast: Cast, document) -> None:
    lead = a_whole_lead(cast)
    facts = FollowUpFacts("phone", "positive", "预算已定")
    record = log(lead=lead, facts=facts, actor=cast.owner, now=NOW + hours(3))
    edit(followup=record, facts=facts.moved(NOW + hours(1)), actor=cast.owner, now=NOW + hours(4))
    (row,) = rows_of(document(cast.ops, "follow-up-records"))
    assert row["Follow-up time"] == datetime(2026, 6, 15, 11)  # noqa: DTZ001


def test_the_grade_list_says_why(cast: Cast, document) -> None:
    graded = a_whole_lead(cast, grade="B")
    a_whole_lead(cast, grade="")
    rows = rows_of(document(cast.ops, "grade-list"))
    assert [row["Grade"] for row in rows] == [Lead.objects.get(pk=row_id).grade or None for row_id in ids()]
    (row,) = [row for row in rows if row["Lead number"] == graded.number]
    assert row["Reason for the grade"]
    assert row["Graded by"]


def ids() -> list[int]:
    return list(Lead.objects.order_by("captured_at", "id").values_list("id", flat=True))


def test_one_finds_only_what_one_may_see(cast: Cast, document) -> None:
    mine, other = a_whole_lead(cast), a_whole_lead(cast, owner=cast.stranger, customer="华光")
    for lead in (mine, other):
        log_follow_up(lead=lead, actor=None, now=NOW + hours(1))
    everybody = {mine.number, other.number}
    seen = {"owner": {mine.number}, "stranger": {other.number}, "manager": {mine.number}, "ops": everybody}
    for key in DOCUMENTS:
        for who, expected in seen.items():
            found = rows_of(document(cast.everybody()[who], key))
            assert {row["Lead number"] for row in found} == expected, (key, who)


def test_contacts_and_free_words_are_masked(cast: Cast, document) -> None:
    lead = a_whole_lead(cast)
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1), note="王伟 13900001111")
    log(
        lead=lead,
        facts=FollowUpFacts("visit", "positive", "王伟 13900001111", "仓储", contacts=(lead.contact_id,)),
        actor=cast.owner,
        now=NOW + hours(2),
        plan=Planned(due_at=NOW + hours(50), title="仓储 13900001111"),
    )
    for user in (cast.exec, cast.marketing):
        for key in DOCUMENTS:
            cells = [str(value) for row in rows_of(document(user, key)) for value in row.values()]
            hidden = ("1390000", "huaxin.com", "仓储", "王伟")
            assert not [cell for cell in cells if any(word in cell for word in hidden)], (key, cells)
    assert rows_of(document(cast.exec, "lead-register"))[0]["Contact details"] == "*** / ***"


def test_roles_without_leads_get_no_document(cast: Cast, client_for) -> None:
    client = client_for(cast.admin)
    assert client.get("/analysis/documents/").status_code == 403
    assert client.get("/analysis/documents/lead-register.xlsx").status_code == 403
    assert client_for(cast.ops).get("/analysis/documents/balance.xlsx").status_code == 404


def test_the_choice_narrows_the_rows(cast: Cast, document) -> None:
    old = a_whole_lead(cast, now=NOW - hours(24 * 40))
    new, won = a_whole_lead(cast, owner=cast.teammate), a_won_lead(owner=cast.owner)
    ask = lambda query: {row["Lead number"] for row in rows_of(document(cast.ops, "lead-register", query))}  # noqa: E731
    assert ask("") == {old.number, new.number, won.number}
    assert ask("?first=2026-06-15&last=2026-06-15") == {new.number, won.number}
    assert ask("?last=2026-06-14") == {old.number}
    assert ask(f"?owner={cast.teammate.pk}") == {new.number}
    assert ask("?open=1") == {old.number, new.number}


@pytest.mark.parametrize("bad", ["?first=gestern", "?owner=x", "?first=2026-06-02&last=2026-06-01"])
def test_a_choice_that_cannot_be_read_is_said(cast: Cast, client_for, bad: str) -> None:
    assert client_for(cast.ops).get(f"/analysis/documents/lead-register.xlsx{bad}").status_code == 400


def test_nothing_in_a_document_runs(cast: Cast, document) -> None:
    for wrong in ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "<script>alert(1)</script>", '=HYPERLINK("x")'):
        a_whole_lead(cast, customer=wrong, contact=wrong, first_need=wrong, industry=wrong)
    for key in DOCUMENTS:
        sheet = document(cast.ops, key)
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        assert not sheet._hyperlinks
    names = [row["Customer name"] for row in rows_of(document(cast.ops, "lead-register"))]
    assert "=1+1" in names


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_an_import_recognises_the_columns_without_help(
    cast: Cast, client_for, tmp_path: Path, lang: str
) -> None:
    lead = a_whole_lead(cast)
    expected = {
        "lead-register": ["number", "source", "customer", "phone", "industry", "first_need", "captured_at",
                          "owner", "tags"],
        "follow-up-plan": ["number", "customer", "contact", "phone", "source", "grade", "assigned_at",
                           "first_followed_up_at", "note", "status", "next_action", "owner"],
    }  # fmt: skip
    for key, fields in expected.items():
        answer = client_for(cast.ops).get(f"/analysis/documents/{key}.xlsx?language={lang}")
        path = tmp_path / f"{key}.xlsx"
        path.write_bytes(b"".join(answer.streaming_content))
        source = intake.open_files([path], now=NOW)
        assert [use.field for use in source.understanding.columns] == fields
        if key == "lead-register":
            (batch,) = source.batches(100)
            (row,) = batch.leads.to_pylist()
            assert (row["number"], row["customer"]) == (lead.number, "华信科技")


def test_the_page_offers_the_documents(cast: Cast, client_for) -> None:
    text = client_for(cast.owner, HTTP_ACCEPT_LANGUAGE="en").get("/analysis/documents/").content.decode()
    for key in ("lead-register", "grade-list", "follow-up-plan", "follow-up-records"):
        assert f'formaction="/analysis/documents/{key}.xlsx"' in text


def test_memory_and_queries_do_not_grow_with_the_leads(
    cast: Cast, monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr("leadloop.reporting.documents.registers.CHUNK", 20)
    for _ in range(60):
        a_whole_lead(cast)
    reading = Reading(Visibility.all(), NOW)
    Lead.objects.update(follow_up_count=1)  # read, though the journal has no row of it
    monkeypatch.setattr("leadloop.reporting.documents.records.CHUNK", 20)
    expected = dict.fromkeys(DOCUMENTS, 60) | {RECORDS.key: 0}
    for document in DOCUMENTS.values():
        with django_assert_max_num_queries(3 * 6 + 6):
            assert len(list(table(document, reading, Choice()).rows)) == expected[document.key]

    def peak(number: int) -> int:
        sheet = table(REGISTER, reading, Choice())
        rows = (row for _ in range(number) for row in table(REGISTER, reading, Choice()).rows)
        with tempfile.TemporaryFile() as file:
            tracemalloc.start()
            write_xlsx(file, [replace(sheet, rows=rows)])
            _, found = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return found

    peak(1)
    assert peak(40) < 3 * peak(4)


def test_the_command_line_gives_the_same(cast: Cast, tmp_path: Path, monkeypatch, document) -> None:
    monkeypatch.setenv("LEADLOOP_LANGUAGE", "en")
    a_whole_lead(cast)
    claim_lead(
        lead=a_whole_lead(cast, owner=None, customer="华光", phone="13900002222", email=""),
        actor=cast.teammate,
        now=NOW,
    )
    for lead in Lead.objects.all():
        log_follow_up(lead=lead, actor=None, now=NOW + hours(1))
    for key in DOCUMENTS:
        target = tmp_path / f"{key}.xlsx"
        assert main(["export", key, "-o", str(target)]) == 0
        assert rows_of(openpyxl.load_workbook(target).active) == rows_of(document(cast.ops, key))
        assert main(["export", key, "--as", "owner", "-o", str(target)]) == 0
        assert len(rows_of(openpyxl.load_workbook(target).active)) == 1 + (key == "none")
    assert main(["export", "lead-register", "-o", str(tmp_path / "register.csv")]) == 0
    assert (tmp_path / "register.csv").read_text(encoding="utf-8-sig").startswith("Lead number,Channel,")
    language.activate("en")
    assert PLAN.key in DOCUMENTS
