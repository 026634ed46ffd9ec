"""Take an import back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.factories import NOW
from tests.imports.files import a_file, a_row, imported, ticking

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import Conflict
from leadloop.imports import operations
from leadloop.imports.models import UNDO_FOR, Import, Status
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event
from leadloop.journal.operations import append
from leadloop.leads.models import Lead, Remark
from leadloop.leads.operations import edit_lead, log_follow_up
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def undone(import_: Import, cast: Cast) -> Import:
    operations.undo(import_=import_, actor=cast.ops, now=LATER)
    operations.run(import_id=import_.pk, clock=ticking(LATER))
    import_.refresh_from_db()
    return import_


def test_leads_customers_and_contacts_go_and_the_journal_stays(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(n) for n in range(1, 6)]), actor=cast.ops)
    before = Event.objects.count()
    assert undone(done, cast).status == Status.UNDONE
    assert (Lead.objects.count(), Customer.objects.count(), Contact.objects.count()) == (0, 0, 0)
    assert Event.objects.filter(kind="withdrawn").count() == 5
    assert Event.objects.count() == before + 5
    assert open_snapshot().journeys().journeys.excluded.value_counts().to_pyarrow().to_pylist() == [
        {"excluded": "withdrawn", "excluded_count": 5}
    ]


def test_the_file_can_be_imported_again_afterwards(cast: Cast, tmp_path: Path) -> None:
    path = a_file(tmp_path, [a_row(1)])
    undone(imported(path, actor=cast.ops), cast)
    assert imported(path, actor=cast.ops).created == 1


def test_lead_that_was_worked_on_stays(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1), a_row(2)]), actor=cast.ops)
    worked_on = Lead.objects.get(number="A0001")
    edit_lead(lead=worked_on, changes={"industry": "服务业"}, actor=cast.ops, now=LATER)
    assert undone(done, cast).kept_on_undo == 1
    assert list(Lead.objects.values_list("number", flat=True)) == ["A0001"]


def test_lead_of_which_the_owner_was_only_reminded_goes(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    lead = Lead.objects.get()
    said = {"clock": "first_response", "step": "remind", "since": 0}
    append([NewEvent(Kind.REMINDED, lead.pk, lead.version_id, LATER, LATER, data=said)])
    assert undone(done, cast).kept_on_undo == 0
    assert not Lead.objects.exists()


def test_updated_lead_gets_its_facts_back(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    changed = a_row(1, 行业类型="服务业", 联系人="李四")
    done = imported(a_file(tmp_path, [changed]), actor=cast.ops, duplicates="update")
    assert done.updated == 1
    undone(done, cast)
    lead = Lead.objects.select_related("contact").get()
    assert (lead.industry, lead.contact.name) == ("制造业", "王1")


def test_customer_that_others_use_stays(cast: Cast, tmp_path: Path) -> None:
    first = imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    imported(a_file(tmp_path, [a_row(2, 客户名称="北京测试科技有限公司1")]), actor=cast.ops)
    undone(first, cast)
    assert (Lead.objects.count(), Customer.objects.count()) == (1, 1)


def test_not_after_seven_days(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.ops)
    with pytest.raises(Conflict):
        operations.undo(import_=done, actor=cast.ops, now=NOW + UNDO_FOR + timedelta(hours=1))


def test_lead_that_was_followed_up_stays_with_what_was_said(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1), a_row(2)]), actor=cast.ops)
    called = Lead.objects.get(number="A0001")
    log_follow_up(lead=called, actor=cast.ops, now=LATER, note="wants an offer")
    assert undone(done, cast).kept_on_undo == 1
    assert list(Lead.objects.values_list("number", flat=True)) == ["A0001"]
    assert Remark.objects.get().text == "wants an offer"


def test_the_journal_names_whoever_took_it_back(cast: Cast, tmp_path: Path) -> None:
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.manager)
    undone(done, cast)
    assert Event.objects.get(kind="withdrawn").actor_id == cast.ops.pk
