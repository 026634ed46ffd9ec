"""Findings come and go with the facts of the leads, through every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from time import sleep

import pytest
from django.db import OperationalError, connection
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_won_lead

from leadloop.customers.models import Contact
from leadloop.imports.operations import import_file, look_over
from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations import edit_lead, invalidate_lead, reopen_lead, validate_lead, withdraw_lead
from leadloop.screening.models import Finding, Severity
from leadloop.screening.operations import accept_finding, reopen_finding, screen_many, sweep

WHOLE = {"industry": "制造业", "first_need": "一套仓储系统", "phone": "13900001111"}


def found(lead: Lead) -> set[str]:
    return set(Finding.objects.filter(lead=lead).values_list("rule", flat=True))


def test_a_new_lead_is_looked_at_at_once(cast: Cast) -> None:
    lead = a_lead(customer="测试", phone="13800138000", channel=a_channel())
    assert found(lead) == {"test_entry", "test_number", "no_industry", "no_need"}
    first = Finding.objects.get(lead=lead, rule="test_number")
    assert (first.severity, first.field, first.found_at) == (Severity.HIGH, "phone", NOW)
    assert found(a_lead(channel=a_channel(), **WHOLE)) == set()


def test_a_finding_is_gone_when_it_is_mended(cast: Cast) -> None:
    lead = a_lead(channel=None, **WHOLE)
    assert found(lead) == {"no_channel"}
    edit_lead(lead=lead, changes={"channel": a_channel()}, actor=None, now=NOW)
    assert found(lead) == set()
    edit_lead(lead=lead, changes={"phone": "1390", "industry": "无"}, actor=None, now=NOW)
    assert found(lead) == {"unreachable", "placeholder"}


def test_closed_and_invalid_leads_have_no_findings_and_get_them_back_when_reopened(cast: Cast) -> None:
    lead = a_lead()
    before = found(lead)
    assert before
    invalidate_lead(lead=lead, reason="wrong_contact", actor=None, now=NOW)
    assert found(lead) == set()
    validate_lead(lead=lead, actor=None, now=NOW)
    assert found(lead) == before
    won = a_won_lead()
    assert found(won) == set()
    reopen_lead(lead=won, reason="more", actor=None, now=NOW + timedelta(hours=2))
    assert found(won)
    withdraw_lead(lead=lead, actor=None, now=NOW)
    assert found(lead) == set()


def test_a_contact_mended_at_one_lead_is_mended_at_all(cast: Cast) -> None:
    first = a_lead(customer="华信", contact="王伟", phone="13800138000", channel=a_channel())
    second = a_lead(customer="华信", contact="王伟", phone="13800138000", channel=a_channel())
    assert first.contact == second.contact
    assert "test_number" in found(first) & found(second)
    edit_lead(lead=first, changes={"phone": "13900001111"}, actor=None, now=NOW)
    assert "test_number" not in found(first) | found(second)


def test_an_accepted_finding_stays_away_until_its_value_changes(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, contact="张三", channel=a_channel(), **WHOLE)
    finding = Finding.objects.get(lead=lead)
    assert finding.rule == "placeholder_name"
    accept_finding(finding=finding, actor=cast.owner, now=NOW)
    sweep(now=NOW)
    assert Finding.objects.get(lead=lead).accepted_by == cast.owner
    edit_lead(lead=lead, changes={"contact": "李四"}, actor=None, now=NOW)
    assert Finding.objects.get(lead=lead).accepted_at is None
    accept_finding(finding=Finding.objects.get(lead=lead), actor=cast.owner, now=NOW)
    reopen_finding(finding=Finding.objects.get(lead=lead), actor=cast.owner, now=NOW)
    assert Finding.objects.get(lead=lead).accepted_at is None


def test_the_sweep_finds_what_no_operation_told_of_and_changes_nothing_twice(cast: Cast) -> None:
    leads = [a_lead(channel=a_channel(), **WHOLE | {"phone": f"1390001{n:04}"}) for n in range(12)]
    Contact.objects.filter(leads=leads[0]).update(phone="1390")
    Lead.objects.filter(pk=leads[1].pk).update(industry="")
    assert sweep(now=NOW)["found"] == 2
    state = set(Finding.objects.values_list("pk", "lead_id", "rule", "found_at"))
    assert sweep(now=NOW + timedelta(days=1)).total() == 0
    assert set(Finding.objects.values_list("pk", "lead_id", "rule", "found_at")) == state
    # An import is taken back in bulk, without a word to anybody.
    Lead.objects.filter(pk=leads[1].pk).update(state="withdrawn")
    Contact.objects.filter(leads=leads[0]).update(phone="13900001111")
    assert sweep(now=NOW)["mended"] == 2
    assert not Finding.objects.exists()


def test_many_leads_are_looked_at_in_few_queries(cast: Cast, django_assert_max_num_queries) -> None:
    ids = [a_lead().pk for _ in range(30)]
    Finding.objects.all().delete()
    with django_assert_max_num_queries(8):
        done = screen_many(lead_ids=ids, now=NOW)
    assert done["found"] == Finding.objects.count() == 90


def patiently(act: Callable[[], object]) -> None:
    """The test database of SQLite lives in memory, where who finds it locked is not made to wait."""
    for _ in range(400):
        try:
            act()
            return
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(0.005)
    raise AssertionError("locked for good")


@pytest.mark.django_db(transaction=True)
def test_a_sweep_beside_people_who_mend_leaves_no_stale_finding(cast: Cast) -> None:
    leads = [a_lead(channel=None, **WHOLE | {"phone": f"1390001{n:04}"}) for n in range(16)]
    channel = a_channel()
    start = Barrier(3)

    def mend(own: list[Lead]) -> None:
        start.wait()
        for lead in own:
            patiently(partial(mend_one, lead, channel))
        connection.close()

    def look() -> None:
        start.wait()
        for _ in range(6):
            patiently(lambda: sweep(now=NOW))
        connection.close()

    threads = [
        Thread(target=mend, args=(leads[::2],)),
        Thread(target=mend, args=(leads[1::2],)),
        Thread(target=look),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(Lead.objects.values_list("channel", flat=True)) == {channel.pk}
    assert not Finding.objects.exists()


def mend_one(lead: Lead, channel: Channel) -> None:
    edit_lead(lead=Lead.objects.get(pk=lead.pk), changes={"channel": channel}, actor=None, now=NOW)


def test_leads_of_a_file_are_looked_at_after_the_import(cast: Cast, tmp_path: Path) -> None:
    rows = ("公司,手机,来源渠道,行业,需求,获取时间", "华信科技,1390", "华光,13900001111")
    path = tmp_path / "leads.csv"
    path.write_text(
        "\n".join([rows[0], *(f"{row},展会,制造业,系统,2026-06-01" for row in rows[1:])]), "utf-8"
    )
    done = import_file(paths=[path], actor=cast.ops, clock=lambda: datetime.now(UTC))
    assert done.created == 2
    look_over(import_id=done.pk, now=NOW)
    assert list(Finding.objects.values_list("rule", "lead__customer__name")) == [("unreachable", "华信科技")]
