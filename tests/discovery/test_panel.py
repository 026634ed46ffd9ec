"""Need discovery and scripts on a lead's page."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Cast
from tests.discovery.conftest import SignedIn
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, hours
from tests.playbook.things import a_script

from leadloop.discovery.models import Answer
from leadloop.discovery.operations import answer, answer_all
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead
from leadloop.playbook.models import ScriptUse
from leadloop.playbook.operations import count_use
from leadloop.playbook.queries import uses_of

HTMX = {"HX-Request": "true"}
PANEL = "/discovery/leads/LX-1/"


def page_of(signed_in: SignedIn, who: Any, address: str = "/leads/LX-1/") -> str:
    return str(signed_in(who).get(address).content.decode())


def test_the_page_says_what_is_missing_and_what_to_ask(
    cast: Cast, lead: Lead, shipped: None, signed_in: SignedIn
) -> None:
    answer(lead=lead, part="s", text="two lines", actor=cast.owner, now=NOW + hours(1))
    panel = signed_in(cast.owner).get(PANEL).context
    assert [row.state for row in panel["rows"]] == ["done", "missing", "missing", "missing"]
    assert [row.open for row in panel["rows"]] == [False, True, False, False]
    assert panel["rows"][1].prompt.version.script.key == "spin-p-manufacturing-en"
    text = page_of(signed_in, cast.owner)
    assert "two lines" in text
    assert "Which machine stood still most" in text


def test_an_answer_is_saved_in_place(cast: Cast, lead: Lead, shipped: None, signed_in: SignedIn) -> None:
    browser = signed_in(cast.owner)
    prompt = browser.get(PANEL).context["rows"][0].prompt.version
    sent = {"part": "s", "text": "two <b>lines</b>", "prompt": str(prompt.pk)}
    saved = browser.post(PANEL, sent, headers=HTMX)
    assert saved.status_code == 200
    assert "two &lt;b&gt;lines&lt;/b&gt;" in saved.content.decode()
    assert Answer.objects.get().prompt == prompt
    plain = browser.post(PANEL, {"part": "p", "text": "a problem", "prompt": "99999"})
    assert (plain.status_code, plain.headers["Location"]) == (302, "/leads/LX-1/")
    assert Answer.objects.count() == 2


def test_what_is_refused_stays_in_its_field(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    sent = {"part": "i", "text": "11010519491231002X lost"}
    refused = signed_in(cast.owner).post(PANEL, sent, headers=HTMX)
    assert refused.status_code == 422
    row = next(row for row in refused.context["rows"] if row.part == "i")
    assert (row.open, row.text) == (True, sent["text"])
    assert row.error is not None
    assert signed_in(cast.owner).post(PANEL, {"part": "z", "text": "x"}, headers=HTMX).status_code == 422
    assert not Answer.objects.exists()


def test_an_answer_is_corrected_taken_away_and_taken_back(
    cast: Cast, lead: Lead, signed_in: SignedIn
) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    browser, address = signed_in(cast.manager), f"/discovery/answers/{made.pk}/"
    assert browser.get(address, headers=HTMX).context["editing"] == str(made.pk)
    bad = browser.post(address, {"text": "", "seen": "1"}, headers=HTMX)
    assert bad.status_code == 422
    good = browser.post(address, {"text": "twelve people", "seen": "1"}, headers=HTMX)
    assert "changed by Manager" in good.content.decode()
    assert "ten people" in good.content.decode()
    assert browser.post(address, {"text": "thirteen", "seen": "1"}, headers=HTMX).status_code == 409
    away = browser.post(f"{address}remove/", headers=HTMX)
    assert away.context["standing"].done == ()
    assert away.context["removed"] == str(made.pk)
    back = browser.post(f"{address}restore/", headers=HTMX)
    assert len(back.context["standing"].done) == 1


@pytest.mark.parametrize("who", ["stranger", "teammate", "other_manager", "admin"])
def test_who_does_not_see_the_lead_finds_nothing(
    cast: Cast, lead: Lead, signed_in: SignedIn, who: str
) -> None:
    made = answer(lead=lead, part="s", text="ten people", actor=cast.owner, now=NOW + hours(1))
    browser = signed_in(cast.everybody()[who])
    assert browser.get(PANEL).status_code == 404
    assert browser.post(PANEL, {"part": "s", "text": "mine"}).status_code == 404
    assert browser.get("/discovery/leads/LX-1/scripts/").status_code == 404
    for what in ("", "remove/", "restore/"):
        assert browser.post(f"/discovery/answers/{made.pk}/{what}", {"text": "x"}).status_code == 404


def test_masked_readers_see_how_far_it_is_and_no_words(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    answer(lead=lead, part="s", text="Mr Zhang said ten", actor=cast.owner, now=NOW + hours(1))
    assign_lead(lead=lead, owner=cast.teammate, actor=None, now=NOW + hours(2))
    for reader in (cast.exec, cast.marketing):
        panel = signed_in(reader).get(PANEL)
        assert len(panel.context["standing"].done) == 1
        assert "Mr Zhang" not in panel.content.decode()
        assert "Mr Zhang" not in page_of(signed_in, reader)
        made = Answer.objects.get()
        assert signed_in(reader).get(f"/discovery/answers/{made.pk}/").status_code == 404
    assert signed_in(cast.exec).post(PANEL, {"part": "p", "text": "a problem"}).status_code == 403


def test_fitting_scripts_are_on_the_page_with_the_reason(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    a_script(title="For makers", industry="制造业", text="Hello [contact], [me] here for [customer]")
    a_script(title="For shops", industry="零售业")
    for place in range(4):
        a_script(title=f"Everywhere {place}", text="<script>alert(1)</script>")
    text = page_of(signed_in, cast.owner)
    assert "For makers" in text
    assert "industry: 制造业" in text
    assert "For shops" not in text
    assert f"Hello {lead.contact.name}, Owner here for {lead.customer.name}" in text
    assert "<script>alert" not in text
    assert text.count("Everywhere") == 1
    everything = page_of(signed_in, cast.owner, "/discovery/leads/LX-1/scripts/")
    assert everything.count("Everywhere") == 4


def test_a_masked_contact_stays_a_place(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    a_script(text="Hello [contact]")
    assign_lead(lead=lead, owner=cast.teammate, actor=None, now=NOW + hours(1))
    assert "Hello [contact]" in page_of(signed_in, cast.marketing)
    assert page_of(signed_in, cast.exec).count("What to say") == 0


def test_use_is_counted_once_a_day_for_each_person_and_lead(
    cast: Cast, lead: Lead, signed_in: SignedIn
) -> None:
    script = a_script()
    address = f"/discovery/leads/LX-1/scripts/{script.pk}/used/"
    for _ in range(2):
        answer_ = signed_in(cast.owner).post(address, headers=HTMX)
        assert answer_.context["rows"][0].used
    signed_in(cast.manager).post(address)
    assert sorted(ScriptUse.objects.values_list("by__username", flat=True)) == ["manager", "owner"]
    assert count_use(version=script, lead_id=lead.pk, actor=cast.owner, now=NOW)
    assert not count_use(version=script, lead_id=lead.pk, actor=cast.owner, now=NOW + hours(2))
    assert signed_in(cast.stranger).post(address).status_code == 404
    assert signed_in(cast.exec).post(address).status_code == 403
    assert signed_in(cast.owner).post(address.replace(str(script.pk), "999999")).status_code == 404


def test_uses_are_counted_over_versions_and_only_of_leads_that_the_reader_sees(
    cast: Cast, lead: Lead
) -> None:
    script = a_script()
    won = a_won_lead(owner=cast.owner, team=cast.key_accounts)
    lost = a_lost_lead(owner=cast.stranger, team=cast.south)
    for one, who in ((lead, cast.owner), (won, cast.owner), (won, cast.manager), (lost, cast.stranger)):
        count_use(version=script, lead_id=one.pk, actor=who, now=NOW)
    seen = {
        name: (found.times, found.people, found.outcome.leads, found.outcome.won, found.outcome.closed)
        for name, reader in (("ops", cast.ops), ("owner", cast.owner), ("south", cast.stranger))
        for found in uses_of(reader, [script.script_id]).values()
    }
    assert seen == {"ops": (4, 3, 3, 1, 2), "owner": (3, 2, 2, 1, 1), "south": (1, 1, 1, 0, 1)}
    assert uses_of(cast.ops, []) == {}


def test_few_closed_leads_are_said_to_be_few(cast: Cast, lead: Lead, signed_in: SignedIn) -> None:
    script = a_script(key="one")
    for _ in range(2):
        won = a_won_lead(owner=cast.owner, team=cast.key_accounts)
        count_use(version=script, lead_id=won.pk, actor=cast.owner, now=NOW)
    text = page_of(signed_in, cast.owner, "/playbook/one/")
    assert "Of 2 closed leads 2 were won" in text
    assert "34.2% to 100.0%" in text
    assert "Fewer than 30 closed leads" in text
    assert "this is no effect of it" in text


def test_the_lead_page_asks_a_fixed_number_of_questions(
    cast: Cast, lead: Lead, shipped: None, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    answer_all(lead=lead, answers=dict.fromkeys("spin", "said"), actor=cast.owner, now=NOW + hours(1))
    browser = signed_in(cast.owner)
    browser.get(PANEL)
    with django_assert_max_num_queries(20):
        browser.get(PANEL)
    other = a_lead(number="LX-2", owner=cast.owner, team=cast.key_accounts)
    with django_assert_max_num_queries(20):
        browser.get(f"/discovery/leads/{other.number}/")
