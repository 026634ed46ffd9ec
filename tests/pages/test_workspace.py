from __future__ import annotations

from django.test import Client
from tests.cast import Cast
from tests.factories import a_lead
from tests.pages.conftest import SignedIn

PALETTE = {"HX-Request": "true", "HX-Target": "div#palette-results"}


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
