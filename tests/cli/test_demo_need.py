"""What the demo company knows of its customers' needs is like what people would have written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, at_stage, hours

from leadloop.cli.demo import company
from leadloop.cli.demo.need import SAID, discover
from leadloop.discovery.models import Answer, Discovery
from leadloop.discovery.queries import discovered
from leadloop.foundation.privacy import forbidden
from leadloop.leads.operations import log_follow_up
from leadloop.playbook.models import Part, ScriptUse
from leadloop.playbook.operations import install_shipped


def test_every_industry_has_something_to_say_about_every_part() -> None:
    assert set(SAID) == {name for name, *_ in company.INDUSTRIES}
    for said in SAID.values():
        assert set(said) == set(Part.values)
        assert all(len(set(texts)) == len(texts) >= 3 for texts in said.values())
        assert not any(forbidden(text) for texts in said.values() for text in texts)


@pytest.mark.django_db
def test_answers_lie_between_the_need_and_the_proposal(cast: Cast) -> None:
    install_shipped(now=NOW)
    for place in range(30):
        lead = a_lead(owner=cast.owner, team=cast.key_accounts, industry="制造业")
        log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1))
        at_stage(lead, "need", now=NOW + hours(2))
        if place % 3:
            at_stage(lead, "proposal", now=NOW + hours(100))
    a_lead(owner=cast.owner, team=cast.key_accounts, industry="制造业")
    now = NOW + timedelta(days=30)
    discover(now=now)
    for answer in Answer.objects.select_related("lead"):
        assert NOW + hours(2) < answer.at <= now
        assert answer.text in SAID["制造业"][answer.part]
    found = discovered(start=NOW, end=now, now=now)
    assert found.n == 20
    assert 0 < found.complete < 20
    assert Discovery.objects.count() <= 30
    assert 0 < ScriptUse.objects.count() < 30
