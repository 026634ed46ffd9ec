"""An import opens no door that the pages keep shut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead
from tests.imports.files import a_file, a_row, imported

from leadloop.customers.models import Customer
from leadloop.imports.models import message_of
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.people.models import Membership, Role, Team, User

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_administrators_read_nobodys_files(
    cast: Cast, client_for: Callable[[User], Client], tmp_path: Path
) -> None:
    """They see no lead, so neither the contacts in the lines of somebody's file."""
    done = imported(a_file(tmp_path, [a_row(1, 获取时间="?"), a_row(2)]), actor=cast.manager)
    pages = [f"/imports/{done.pk}/", f"/imports/{done.pk}/rejected.csv", f"/imports/{done.pk}/mapping.toml"]
    assert [client_for(cast.ops).get(page).status_code for page in pages] == [200, 200, 200]
    assert [client_for(cast.admin).get(page).status_code for page in pages] == [404, 404, 404]


def test_duplicate_of_an_unseen_lead_is_not_named(cast: Cast, tmp_path: Path) -> None:
    unseen = a_lead(phone="13900000001", owner=cast.stranger)
    seen = a_lead(phone="13900000002", owner=cast.owner)
    done = imported(a_file(tmp_path, [a_row(1), a_row(2)]), actor=cast.manager)
    told = [message_of(row.reasons[0]).render(str) for row in done.rows.order_by("row")]
    assert done.skipped == 2
    assert unseen.number not in told[0]
    assert seen.number in told[1]


def test_an_unseen_lead_is_not_updated(cast: Cast, tmp_path: Path) -> None:
    unseen = a_lead(phone="13900000001", owner=cast.stranger, industry="服务业")
    done = imported(a_file(tmp_path, [a_row(1)]), actor=cast.manager, duplicates="update")
    unseen.refresh_from_db()
    assert (done.rejected, unseen.industry) == (1, "服务业")


@pytest.mark.parametrize(
    "cells", [{"手机": "13900000001", "邮箱": ""}, {"手机": "", "邮箱": "w@example.com"}]
)
def test_phone_or_address_is_no_customers_name(cells: dict[str, str], cast: Cast, tmp_path: Path) -> None:
    """Names are not masked, so an executive would read it; and search goes by names."""
    imported(a_file(tmp_path, [a_row(1, 客户名称="", 联系人="", **cells)]), actor=cast.ops)
    shown = Customer.objects.get()
    given = next(text for text in cells.values() if text)
    assert given not in {shown.name, shown.name_key}
    assert queries.search(cast.exec, given) == []


def test_a_managers_own_lead_makes_no_rep_of_them(cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1, 负责人="Manager", 所属团队="North")]), actor=cast.ops)
    assert Lead.objects.get().owner == cast.manager
    assert list(Membership.objects.filter(user=cast.manager).values_list("role", flat=True)) == [Role.MANAGER]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("人民币", "CNY"), ("rmb", "CNY"), ("usd", "USD"), ("美元", "USD"), ("Gulden?", "CNY")],
)
def test_currency_is_a_code(written: str, kept: str, cast: Cast, tmp_path: Path) -> None:
    imported(a_file(tmp_path, [a_row(1, 币种=written, 预计金额="1000")]), actor=cast.ops)
    assert Lead.objects.get().currency == kept


@pytest.mark.parametrize("own", ["North", "Key accounts"])
def test_a_managers_file_gives_nothing_to_a_team_of_others(own: str, cast: Cast, tmp_path: Path) -> None:
    """Not even without an owner, when it would be in that team's pool."""
    rows = [a_row(1, 所属团队="South"), a_row(2, 所属团队=own)]
    done = imported(a_file(tmp_path, rows), actor=cast.manager)
    assert (done.created, done.rejected) == (1, 1)
    assert Lead.objects.get().team == Team.objects.get(name=own)
