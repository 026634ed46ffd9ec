"""`leadloop check` finds leads whose need discovery does not stand as its answers say."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.cli.check.needs import needs_agree
from leadloop.discovery.models import Answer, Discovery
from leadloop.discovery.operations import answer_all, publish_discovery, remove
from leadloop.discovery.rules import Policy
from leadloop.leads.models import Lead
from leadloop.playbook.models import Part


@pytest.fixture
def whole(cast: Cast, lead: Lead) -> Lead:
    answer_all(lead=lead, answers={part.value: "said" for part in Part}, actor=cast.owner, now=NOW + hours(1))
    a_lead(owner=cast.owner)
    return lead


def test_what_operations_did_is_right(cast: Cast, whole: Lead) -> None:
    assert needs_agree().ok
    remove(answer=Answer.objects.get(part="i"), actor=cast.owner, now=NOW + hours(2))
    assert needs_agree().ok
    policy = Policy(parts=(Part.SITUATION,))
    publish_discovery(process=whole.process, policy=policy, actor=None, now=NOW)
    assert needs_agree().ok


def test_what_was_changed_past_them_is_found(whole: Lead) -> None:
    for wrong in ({"parts": "sp"}, {"complete": False}):
        before = Discovery.objects.values(*wrong).get()
        Discovery.objects.update(**wrong)
        assert needs_agree().examples == ("LX-1",)
        Discovery.objects.update(**before)
        assert needs_agree().ok
    Answer.objects.filter(part="n").delete()
    assert not needs_agree().ok
    Discovery.objects.all().delete()
    assert needs_agree().examples == ("LX-1",)
