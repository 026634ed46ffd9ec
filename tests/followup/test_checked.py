"""``leadloop check`` finds records that the journal does not know, and files that are gone."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.followup.things import facts, logged

from leadloop.cli.check.records import files_there, records_agree
from leadloop.followup import storage
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import edit, keep_upload
from leadloop.leads.models import Lead

pytestmark = pytest.mark.django_db


def test_records_that_the_journal_does_not_know_are_found(lead: Lead, cast: Cast) -> None:
    record = logged(lead, cast.owner, NOW + hours(3))
    edit(followup=record, facts=facts(at=NOW + hours(1)), actor=cast.owner, now=NOW + hours(4))
    logged(lead, cast.owner, NOW + hours(5))
    assert records_agree().ok
    FollowUp.objects.filter(pk=record.pk).update(at=record.at + timedelta(minutes=1))
    assert (records_agree().ok, records_agree().examples) == (False, (lead.number,))


def test_files_that_are_gone_are_found(lead: Lead, cast: Cast) -> None:
    content = io.BytesIO(b"%PDF-1.7\n" + bytes(40))
    made = keep_upload(lead=lead, kept=storage.keep("offer.pdf", content), actor=cast.owner, now=NOW)
    assert files_there().ok
    storage.path_of(made.key).write_bytes(b"%PDF")
    assert files_there().examples == ("offer.pdf",)
    storage.remove(made.key)
    assert not files_there().ok
