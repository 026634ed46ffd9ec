"""What becomes of a file's leads after the import: graded with a reason, and nobody's lead stays nobody's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from tests.assignment.desk import publish
from tests.cast import Cast
from tests.factories import NOW
from tests.imports.files import a_file, a_row, imported, ticking

from leadloop.assignment.models import Decision
from leadloop.grading.models import Qualification
from leadloop.grading.operations import Answers, answers_about
from leadloop.grading.queries import grade_of
from leadloop.imports import operations
from leadloop.imports.models import Import, Status
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
GOOD = {
    "客户预算": "15-20万",
    "需求匹配度": "匹配",
    "决策人角色": "老板",
    "采购时间": "1个月内",
    "意向强度": "5",
}


def looked_over(*paths: Path, cast: Cast, **choices: Any) -> Import:
    done = imported(*paths, actor=cast.ops, **choices)
    operations.look_over(import_id=done.pk, now=LATER)
    done.refresh_from_db()
    return done


def undone(import_: Import, cast: Cast) -> Import:
    operations.undo(import_=import_, actor=cast.ops, now=LATER + timedelta(hours=1))
    operations.run(import_id=import_.pk, clock=ticking(LATER + timedelta(hours=1)))
    import_.refresh_from_db()
    return import_


def test_answers_of_the_file_make_the_grade_and_its_reason(cast: Cast, tmp_path: Path) -> None:
    today = NOW.date().isoformat()
    looked_over(a_file(tmp_path, [a_row(1, 获取时间=f"{today} 01:00", **GOOD)]), cast=cast)
    known = Qualification.objects.get()
    assert (known.budget, known.budget_low, known.budget_high) == ("named", 150_000, 200_000)
    assert (known.need, known.authority, known.contact_role, known.intent) == (
        "matches",
        "decides",
        "owner",
        5,
    )
    assert known.purchase_by is not None
    assert known.purchase_by > NOW.date()
    assert known.changed_by == cast.ops
    view = grade_of(Lead.objects.get(), now=LATER)
    with translation.override("en"):
        assert (view.grade, view.source) == ("A", "rule")
        assert "budget" in str(view.reason)


def test_no_budget_and_not_now_are_answers_too(cast: Cast, tmp_path: Path) -> None:
    looked_over(a_file(tmp_path, [a_row(1, 客户预算="无预算", 采购时间="暂不考虑")]), cast=cast)
    known = Qualification.objects.get()
    assert (known.budget, known.budget_low, known.not_now, known.purchase_by) == ("none", None, True, None)
    assert Lead.objects.get().grade == "C"


def test_cells_that_say_nothing_make_no_answer(cast: Cast, tmp_path: Path) -> None:
    row = a_row(1, 客户预算="", 采购时间="看情况", 决策人角色="前台", 意向强度="9")
    looked_over(a_file(tmp_path, [row]), cast=cast)
    assert not Qualification.objects.exists()


def test_update_replaces_answers_and_undo_brings_them_back(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1, 客户预算="15万", 意向强度="2")]), actor=cast.ops)
    done = imported(
        a_file(tmp_path, [a_row(1, 客户预算="无预算", 采购时间="2090-01-01")]),
        actor=cast.ops,
        duplicates="update",
    )
    lead = Lead.objects.get()
    assert answers_about(lead) == Answers(budget="none", intent=2)
    undone(done, cast)
    assert answers_about(lead) == Answers(budget="named", budget_low=150_000, budget_high=150_000, intent=2)


def test_leads_without_owner_are_given_by_the_rules(cast: Cast, tmp_path: Path) -> None:
    publish({"key": "all", "when": {}, "people": [cast.owner.pk]})
    path = a_file(tmp_path, [a_row(1), a_row(2, 负责人=str(cast.stranger))])
    done = looked_over(path, cast=cast)
    owners = dict(Lead.objects.values_list("number", "owner"))
    assert owners == {"A0001": cast.owner.pk, "A0002": cast.stranger.pk}
    assert done.assigned == 1
    assert Event.objects.get(kind="assigned").data == {"how": "rule"}


def test_leads_meant_for_the_pool_stay_there(cast: Cast, tmp_path: Path) -> None:
    done = looked_over(a_file(tmp_path, [a_row(1)]), cast=cast, ownerless="pool")
    assert Lead.objects.get().owner is None
    assert (done.assigned, Decision.objects.count()) == (0, 0)


def test_leads_of_a_stopped_import_are_not_given_away(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    Import.objects.filter(pk=done.pk).update(status=Status.CANCELLED)
    operations.look_over(import_id=done.pk, now=LATER)
    assert Lead.objects.get().owner is None


def test_undo_takes_back_what_only_the_program_touched(cast: Cast, tmp_path: Path) -> None:
    done = looked_over(a_file(tmp_path, [a_row(1, **GOOD), a_row(2)]), cast=cast)
    assert Lead.objects.filter(owner=None).count() == 0
    log_follow_up(
        lead=Lead.objects.get(number="A0002"), actor=Lead.objects.get(number="A0002").owner, now=LATER
    )
    assert undone(done, cast).kept_on_undo == 1
    assert list(Lead.objects.values_list("number", flat=True)) == ["A0002"]
    assert not Qualification.objects.exists()


def test_what_a_dead_worker_left_is_looked_over_once(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    assert done.finished_at is not None
    assert operations.left_over(done.finished_at) == []
    later = done.finished_at + timedelta(minutes=16)
    assert operations.left_over(later) == [done.pk]
    operations.look_over(import_id=done.pk, now=later)
    operations.look_over(import_id=done.pk, now=later)
    assert operations.left_over(later) == []
    assert Event.objects.filter(kind="assigned").count() == 1


def test_day_of_purchase_counts_from_the_capture(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1, 采购时间="3个月内")]), actor=cast.ops)
    assert Qualification.objects.get().purchase_by == date(2026, 8, 4)
