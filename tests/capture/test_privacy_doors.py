"""Identity and bank card numbers are refused in every text, through every door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, loss_reason, stage
from tests.imports.files import a_file, a_row, imported, outcomes

from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import DataError
from leadloop.leads import operations
from leadloop.leads.models import Channel, Lead, Remark, Tag
from leadloop.leads.operations import LeadFacts
from leadloop.people.models import User

pytestmark = pytest.mark.django_db

IDENTITY = "11010519491231002X"
CARD = "6222 0212 3456 7890 128"
TEXTS = (
    "customer", "credit_code", "contact", "title", "phone", "email", "source_detail", "campaign", "industry",
    "size", "region", "first_need",
)  # fmt: skip


@pytest.mark.parametrize("field", [*TEXTS, "number"])
@pytest.mark.parametrize("secret", [IDENTITY, CARD])
def test_registering(cast: Cast, field: str, secret: str) -> None:
    facts = {"customer": "华信科技", field: secret}
    with pytest.raises(DataError) as caught:
        operations.register_lead(facts=LeadFacts(**facts), actor=cast.owner, now=NOW)
    assert caught.value.field == field
    assert secret not in str(caught.value)
    assert not Lead.objects.exists()
    assert not Customer.objects.exists()


def test_a_tag(cast: Cast) -> None:
    with pytest.raises(DataError, match="Tags contains"):
        operations.register_lead(
            facts=LeadFacts(customer="华信", tags=("重点", IDENTITY)), actor=cast.owner, now=NOW
        )


@pytest.mark.parametrize("field", TEXTS)
def test_editing(cast: Cast, field: str) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError) as caught:
        operations.edit_lead(lead=lead, changes={field: f"证件{IDENTITY}"}, actor=cast.owner, now=NOW)
    assert caught.value.field == field
    assert "1949" not in str(caught.value)


REMARKS: dict[str, Callable[[Lead, Cast], Any]] = {
    "follow-up": lambda lead, cast: operations.log_follow_up(lead=lead, note=CARD, actor=None, now=NOW),
    "assign": lambda lead, cast: operations.assign_lead(
        lead=lead, owner=cast.teammate, reason=CARD, actor=None, now=NOW
    ),
    "release": lambda lead, cast: operations.release_lead(lead=lead, reason=CARD, actor=None, now=NOW),
    "move": lambda lead, cast: operations.move_stage(
        lead=lead, stage=stage(lead, "need"), reason=CARD, actor=None, now=NOW
    ),
    "lose": lambda lead, cast: operations.lose_lead(
        lead=lead, reason=loss_reason("budget_too_small"), note=CARD, actor=None, now=NOW
    ),
    "competitor": lambda lead, cast: operations.lose_lead(
        lead=lead, reason=loss_reason("budget_too_small"), competitor=CARD, actor=None, now=NOW
    ),
    "invalidate": lambda lead, cast: operations.invalidate_lead(
        lead=lead, reason="other", note=CARD, actor=None, now=NOW
    ),
}


@pytest.mark.parametrize("name", list(REMARKS))
def test_what_is_written_about_a_step(cast: Cast, name: str) -> None:
    lead = a_lead(owner=cast.owner)
    stood_in = lead.stage_id
    with pytest.raises(DataError):
        REMARKS[name](lead, cast)
    found = Lead.objects.get(pk=lead.pk)
    assert (found.state, found.owner, found.stage_id) == ("open", cast.owner, stood_in)
    assert not Remark.objects.exists()


def test_the_page_shows_it_at_the_field_and_keeps_the_rest(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    answer = client_for(cast.owner).post("/leads/new/", {"customer": "华信科技", "first_need": IDENTITY})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_first_need_error"' in page
    assert 'value="华信科技"' in page


@pytest.mark.parametrize(
    "header", ["客户名称", "联系人", "邮箱", "初步需求", "来源渠道", "行业类型", "备注", "手机"]
)
def test_a_row_of_an_import(
    cast: Cast, tmp_path: Path, client_for: Callable[[User], Client], header: str
) -> None:
    rows = [a_row(1), a_row(2, **{header: f"卡 {CARD}"}), a_row(3)]
    done = imported(a_file(tmp_path, rows), actor=cast.ops)
    assert (done.created, done.rejected) == (2, 1)
    told = outcomes(done)
    assert [row for row, (outcome, _) in told.items() if outcome == "rejected"] == [3]
    assert "6222" not in str([row.reasons for row in done.rows.all()])
    for model, name in ((Customer, "name"), (Contact, "name"), (Channel, "name"), (Tag, "name")):
        assert not model.objects.filter(**{f"{name}__contains": "6222"}).exists()

    file = client_for(cast.ops).get(f"/imports/{done.pk}/rejected.csv")
    text = b"".join(file.streaming_content).decode()
    assert "A0002" in text
    assert "7890" not in text
    assert "***" in text
