"""Import a file: what becomes of its rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.factories import NOW
from tests.imports.files import GOLDEN, a_file, a_row, imported, outcomes

from leadloop import analysis
from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.imports.models import Status
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.search import index
from leadloop.leads.search.words import of_question
from leadloop.process.models import LossReason
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db


def test_golden_file_gives_the_golden_funnel(cast: Cast) -> None:
    done = imported(GOLDEN / "table2_leads.csv", actor=cast.ops, now=NOW + timedelta(days=60))
    assert (done.status, done.created, done.rows_read) == (Status.DONE, 1000, 1000)

    expected = json.loads((GOLDEN / "table2_expected.json").read_text(encoding="utf-8"))["rows"]
    reasons = dict(LossReason.objects.values_list("id", "name_zh"))
    found = [
        (
            row.entered,
            row.lost,
            [(reasons[int(top.reason)], round(top.share * 100)) for top in row.top_reasons],
        )
        for row in analysis.funnel(open_snapshot().journeys()).rows
    ]
    assert [(entered, lost) for entered, lost, _ in found] == [(row[1], row[2]) for row in expected]
    top = [{(name, percent) for name, percent in row[4]} for row in expected]
    assert [given & set(told) for given, (_, _, told) in zip(top, found, strict=True)] == top


def test_every_column_reaches_the_lead(cast: Cast, tmp_path: Path) -> None:
    cells = {
        "团队": "Key accounts",
        "负责人": "Owner",
        "企业规模": "大型企业",
        "地域": "华北",
        "职位": "采购经理",
    }
    imported(a_file(tmp_path, [a_row(1, **cells)]), actor=cast.ops)
    lead = Lead.objects.select_related("customer", "contact", "channel", "stage").get()
    assert (lead.number, lead.customer.name) == ("A0001", "北京测试科技有限公司1")
    assert (lead.contact.name, lead.contact.title, lead.contact.phone_key) == (
        "王1",
        "采购经理",
        "+8613900000001",
    )
    assert (str(lead.channel), lead.industry, lead.size, lead.region) == (
        "展会",
        "制造业",
        "大型企业",
        "华北",
    )
    assert (lead.owner, lead.team) == (cast.owner, cast.key_accounts)
    assert lead.captured_at == datetime(2026, 5, 4, 1, 30, tzinfo=UTC)
    assert (lead.stage.key, lead.state, lead.stage_since) == ("captured", "open", lead.captured_at)


def test_history_columns_become_journal_rows_at_their_times(cast: Cast, tmp_path: Path) -> None:
    cells = {
        "初步筛选时间": "2026-05-05 10:00",
        "首次跟进时间": "2026-05-05 09:00",
        "成交签约时间": "2026-05-20 16:00",
        "转化状态": "已转化",
        "成交金额": "18万",
    }
    imported(a_file(tmp_path, [a_row(1, **cells)]), actor=cast.ops)
    lead = Lead.objects.get()
    assert (lead.state, lead.amount, lead.stage.key) == ("won", Decimal("180000.00"), "signed")
    assert lead.closed_at == datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
    rows = Event.objects.filter(lead_id=lead.pk).order_by("id")
    assert [(row.kind, row.occurred_at.isoformat()[:16]) for row in rows] == [
        ("registered", "2026-05-04T01:30"),
        ("followed_up", "2026-05-05T01:00"),
        ("stage", "2026-05-05T02:00"),
        ("stage", "2026-05-20T08:00"),
        ("won", "2026-05-20T08:00"),
    ]
    assert {row.recorded_at > row.occurred_at for row in rows} == {True}
    assert rows[0].data.keys() <= {"number", "source", "industry", "currency", "customer_id"}


def test_known_number_is_skipped(cast: Cast, tmp_path: Path) -> None:
    path = a_file(tmp_path, [a_row(1), a_row(2)])
    imported(path, actor=cast.ops)
    again = imported(path, actor=cast.ops)
    assert (again.created, again.skipped, again.rows_read) == (0, 2, 2)
    assert Lead.objects.count() == 2


def test_known_phone_is_skipped_only_while_its_lead_is_open(cast: Cast, tmp_path: Path) -> None:
    lost = {"转化状态": "未转化", "流失时间": "2026-05-09 10:00", "未转化原因": "预算不足"}
    imported(a_file(tmp_path, [a_row(1), a_row(2, **lost)]), actor=cast.ops)
    asks_again = [a_row(11, 手机="13900000001"), a_row(12, 手机="13900000002")]
    done = imported(a_file(tmp_path, asks_again), actor=cast.ops, match=("phone",))
    assert (done.created, done.skipped) == (1, 1)
    assert outcomes(done) == {
        2: ("skipped", ["There is already a lead with this %(key)s: %(number)s."]),
    }


def test_update_takes_what_the_file_says_and_goes_on_with_its_history(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1), a_row(2)]), actor=cast.ops)
    cells = {"行业类型": "服务业", "初步筛选时间": "2026-05-06 10:00"}
    done = imported(a_file(tmp_path, [a_row(1, **cells), a_row(2)]), actor=cast.ops, duplicates="update")
    assert (done.created, done.updated, done.skipped) == (0, 1, 1)
    lead = Lead.objects.get(number="A0001")
    assert (lead.industry, lead.stage.key) == ("服务业", "screened")
    kinds = Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["registered", "edited", "stage"]


def test_keep_both_gives_the_second_lead_a_number_of_its_own(cast: Cast, tmp_path: Path) -> None:
    path = a_file(tmp_path, [a_row(1)])
    imported(path, actor=cast.ops)
    done = imported(path, actor=cast.ops, duplicates="keep")
    assert done.created == 1
    assert sorted(Lead.objects.values_list("number", flat=True)) == ["A0001", "LX2026000001"]
    assert Customer.objects.count() == Contact.objects.count() == 1


def test_rows_without_numbers_are_told_apart_by_phone_within_a_file(cast: Cast, tmp_path: Path) -> None:
    rows = [a_row(n, 线索编号="", 手机="13900000009" if n < 3 else f"1380000000{n}") for n in (1, 2, 3)]
    for row in rows:
        del row["线索编号"], row["邮箱"]
    done = imported(a_file(tmp_path, rows), actor=cast.ops)
    assert (done.created, done.skipped) == (2, 1)


def test_second_row_about_a_new_person_fills_what_the_first_left_open(cast: Cast, tmp_path: Path) -> None:
    named = {"手机": "13900000009", "客户名称": "北京测试科技有限公司", "联系人": "王敏"}
    rows = [a_row(1, **named, 邮箱=""), a_row(2, **named, 邮箱="wang@example.cn")]
    assert imported(a_file(tmp_path, rows), actor=cast.ops, duplicates="keep").created == 2
    person = Contact.objects.get()
    assert (person.name, person.email) == ("王敏", "wang@example.cn")
    assert index.find(index.Kind.CONTACT, of_question("王敏")[0], 5) == [person.pk]


def test_lost_without_reason_is_not_stated(cast: Cast, tmp_path: Path) -> None:
    cells = {"转化状态": "未转化", "流失时间": "2026-05-09 10:00"}
    imported(a_file(tmp_path, [a_row(1, **cells)]), actor=cast.ops)
    lead = Lead.objects.select_related("loss_reason").get()
    assert (lead.state, lead.loss_reason.key) == ("lost", "not_stated")


@pytest.mark.parametrize(
    ("choice", "created", "rejected"), [("reject", 1, 1), ("zero", 2, 0)], ids=["reject", "zero"]
)
def test_won_without_amount(cast: Cast, tmp_path: Path, choice: str, created: int, rejected: int) -> None:
    won = {"转化状态": "已转化", "成交签约时间": "2026-05-20 16:00"}
    rows = [a_row(1, **won, 成交金额=""), a_row(2, **won, 成交金额="5000")]
    done = imported(a_file(tmp_path, rows), actor=cast.ops, won_without_amount=choice)
    assert (done.created, done.rejected) == (created, rejected)
    amounts = set(Lead.objects.values_list("amount", flat=True))
    assert amounts == ({Decimal(0), Decimal(5000)} if choice == "zero" else {Decimal(5000)})


def test_every_row_is_accounted_for_whatever_is_wrong_with_it(cast: Cast, tmp_path: Path) -> None:
    rows = [
        a_row(1),
        a_row(2, 获取时间="gestern"),
        a_row(3, 获取时间="1887-01-01"),
        a_row(4),
        a_row(4),
        a_row(5, 线索编号="B" * 65),
        a_row(6, 客户名称='=cmd|"/c calc"!A1'.replace('"', "")),
    ]
    done = imported(a_file(tmp_path, rows), actor=cast.ops)
    assert done.status == Status.DONE
    assert done.rows_read == len(rows)
    assert done.rows_read == done.created + done.updated + done.skipped + done.rejected + done.joined
    assert Lead.objects.filter(import_id=done.pk).count() == done.created
    assert set(outcomes(done)) == {3, 4, 6, 7}


def test_marketing_may_add_channels_but_not_people(cast: Cast, tmp_path: Path) -> None:
    rows = [a_row(1, 来源渠道="新渠道", 负责人=""), a_row(2, 负责人="Nobody")]
    done = imported(a_file(tmp_path, rows), actor=cast.marketing)
    assert (done.created, done.rejected) == (1, 1)
    assert "nobody called" in outcomes(done)[3][1][0]


def test_manager_cannot_give_leads_to_another_team(cast: Cast, tmp_path: Path) -> None:
    rows = [a_row(1, 负责人="Owner"), a_row(2, 负责人="Stranger")]
    done = imported(a_file(tmp_path, rows), actor=cast.manager)
    assert (done.created, done.rejected) == (1, 1)


def test_rep_does_not_import(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        imported(a_file(tmp_path, [a_row(1)]), actor=cast.owner)


def test_unreadable_file_leaves_nothing_behind(cast: Cast, tmp_path: Path) -> None:
    empty = tmp_path / "leads.csv"
    empty.write_bytes(b"")
    with pytest.raises(DataError):
        imported(empty, actor=cast.ops)
    assert Lead.objects.count() == 0
