"""What a process asks for is a version of it; leads stand by it at once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Cast
from tests.discovery.conftest import SignedIn
from tests.factories import NOW, a_lead, hours

from leadloop.discovery.models import Discovery
from leadloop.discovery.operations import answer_all, publish_discovery
from leadloop.discovery.queries import policy_of, standing
from leadloop.discovery.rules import Policy, read
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.leads.models import Lead
from leadloop.playbook.models import Part
from leadloop.process.operations import publish_policies

S, P, _, N = Part
FORM = {"parts": ["s", "n"], "least_characters": "5", "target": "90", "seen": "1"}


def complete() -> set[str]:
    return set(Discovery.objects.filter(complete=True).values_list("lead__number", flat=True))


def test_leads_stand_by_a_new_version_at_once(cast: Cast, lead: Lead) -> None:
    other = a_lead(number="LX-2", owner=cast.owner, team=cast.key_accounts)
    answer_all(lead=lead, answers={"s": "said", "p": "said"}, actor=None, now=NOW + hours(1))
    answer_all(lead=other, answers={part.value: "said" for part in Part}, actor=None, now=NOW + hours(1))
    assert complete() == {"LX-2"}
    publish_discovery(process=lead.process, policy=Policy(parts=(S, P)), actor=cast.ops, now=NOW + hours(2))
    assert complete() == {"LX-1", "LX-2"}
    assert standing(lead).complete
    publish_policies(process=lead.process, changes={"discovery": {"parts": ["n"]}}, actor=None, now=NOW)
    assert complete() == {"LX-2"}
    publish_policies(process=lead.process, changes={"cadence": {}}, actor=None, now=NOW)
    assert complete() == {"LX-2"}


def test_what_an_old_version_does_not_say_is_what_it_always_was() -> None:
    assert read({}) == Policy()
    assert read({"time_limits": {"targets": {"need_discovery": 0.7}}}).target == 0.7
    assert (
        read({"discovery": {"target": 0.9}, "time_limits": {"targets": {"need_discovery": 0.7}}}).target
        == 0.9
    )


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (Policy(parts=()), "parts"),
        (Policy(least_characters=0), "least_characters"),
        (Policy(least_characters=201), "least_characters"),
        (Policy(target=0), "target"),
        (Policy(target=1.01), "target"),
    ],
)
def test_a_policy_that_cannot_be_met_is_refused(cast: Cast, lead: Lead, policy: Policy, field: str) -> None:
    with pytest.raises(DataError) as refused:
        publish_discovery(process=lead.process, policy=policy, actor=cast.ops, now=NOW)
    assert refused.value.field == field


def test_only_sales_operations_publish_and_nobody_writes_over_others(cast: Cast, lead: Lead) -> None:
    for somebody in (cast.owner, cast.manager, cast.marketing, cast.exec):
        with pytest.raises(NotAllowed):
            publish_discovery(process=lead.process, policy=Policy(), actor=somebody, now=NOW)
    publish_discovery(process=lead.process, policy=Policy(), actor=cast.ops, now=NOW, seen=1)
    with pytest.raises(Conflict):
        publish_discovery(process=lead.process, policy=Policy(), actor=cast.ops, now=NOW, seen=1)


def test_the_page_says_what_is_answered_and_publishes(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    answer_all(lead=lead, answers={"s": "said"}, actor=None, now=NOW + hours(1))
    a_lead(owner=cast.owner, team=cast.key_accounts)
    browser: Any = signed_in(cast.ops)
    page = browser.get("/discovery/policy/")
    assert [(one.part, one.share) for one in page.context["choices"]] == [
        ("s", 0.5),
        ("p", 0),
        ("i", 0),
        ("n", 0),
    ]
    assert (page.context["total"], page.context["complete"]) == (2, 0)
    assert browser.post("/discovery/policy/", FORM).status_code == 302
    held = policy_of(lead.process_id)
    assert (held.parts, held.least_characters, held.target) == ((S, N), 5, 0.9)
    again = browser.post("/discovery/policy/", FORM)
    assert again.status_code == 422
    assert "Somebody has published other rules" in again.content.decode()
    assert browser.post("/discovery/policy/", {**FORM, "parts": []}).status_code == 422
    assert signed_in(cast.manager).get("/discovery/policy/").status_code == 403
