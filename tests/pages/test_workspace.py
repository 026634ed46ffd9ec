from __future__ import annotations

from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.pages.conftest import SignedIn

from leadloop.foundation.clock import now
from leadloop.leads.operations import log_follow_up
from leadloop.workspace import today

PALETTE = {"HX-Request": "true", "HX-Target": "div#palette-results"}


class TestToday:
    def test_first_contact_is_due_until_somebody_was_in_touch(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts)
        leads = today.responsible_for(cast.owner)
        found = today.untouched(leads, NOW + hours(26))
        assert (found.total, found.leads[0].over) == (1, hours(2))
        log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1))
        assert today.untouched(leads, NOW + hours(26)).total == 0

    def test_a_lead_lingers_after_the_expected_days_of_its_stage(self, cast: Cast) -> None:
        lead = a_lead(owner=cast.owner, team=cast.key_accounts)
        log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1))
        leads = today.responsible_for(cast.owner)
        assert today.lingering(leads, NOW + hours(23)).total == 0
        assert today.lingering(leads, NOW + hours(25)).total == 1

    def test_whose_leads_count(self, cast: Cast) -> None:
        a_lead(owner=cast.owner, team=cast.key_accounts)
        a_lead(owner=cast.stranger, team=cast.south)
        a_lead()
        counts = {
            who: today.figures(today.responsible_for(person), NOW).open
            for who, person in cast.everybody().items()
        }
        assert counts == {
            "owner": 1, "teammate": 0, "manager": 1, "stranger": 1, "other_manager": 1,
            "marketing": 3, "ops": 3, "exec": 3, "admin": 0,
        }  # fmt: skip

    def test_an_empty_house_says_how_to_begin(self, ops: Client) -> None:
        page = ops.get("/")
        assert page.context["empty"]
        assert b"/leads/new/" in page.content

    def test_late_work_is_shown(self, cast: Cast, signed_in: SignedIn) -> None:
        a_lead(owner=cast.owner, team=cast.key_accounts, number="LX-1", now=now() - hours(30))
        page = signed_in(cast.owner).get("/")
        assert b"overdue 6:0" in page.content
        assert b"/leads/LX-1/follow-up/" in page.content


def hits(client: Client, text: str) -> dict[str, list[str]]:
    groups = client.get("/search/", {"q": text}).context["groups"]
    return {group.title: [hit.title for hit in group.hits] for group in groups}


class TestSearch:
    def test_it_finds_leads_and_pages(self, ops: Client) -> None:
        a_lead(number="LX-1", customer="苏州华信装备有限公司")
        assert hits(ops, "华信") == {"Leads": ["苏州华信装备有限公司"], "Customers": ["苏州华信装备有限公司"]}
        assert hits(ops, "pipe") == {"Pages": ["Pipeline"]}
        assert hits(ops, "register") == {"Actions": ["Register a new lead"]}

    def test_contacts_are_shown_with_their_company(self, ops: Client) -> None:
        a_lead(customer="苏州华信装备有限公司", contact="张三")
        groups = {group.title: group.hits for group in ops.get("/search/?q=zs").context["groups"]}
        assert [(hit.title, hit.note) for hit in groups["Contacts"]] == [("张三", "苏州华信装备有限公司")]

    def test_what_one_may_not_see_is_not_found(self, cast: Cast, signed_in: SignedIn) -> None:
        a_lead(number="LX-1", customer="苏州华信装备有限公司", owner=cast.owner, team=cast.key_accounts)
        assert signed_in(cast.stranger).get("/search/?q=华信").context["groups"] == ()

    def test_the_palette_gets_the_results_only(self, ops: Client) -> None:
        answer = ops.get("/search/?q=nothing-like-it", headers=PALETTE)
        assert b"<html" not in answer.content
        assert b"Nothing found" in answer.content

    def test_what_was_typed_is_shown_as_text(self, ops: Client) -> None:
        assert b"<script>alert" not in ops.get("/search/?q=<script>alert(1)</script>").content
