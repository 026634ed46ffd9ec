from __future__ import annotations

from decimal import Decimal

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, at_stage, hours
from tests.pages.conftest import SignedIn

from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up, lose_lead, reopen_lead
from leadloop.leads.web import stage_bar


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(
        number="LX-1", owner=cast.owner, team=cast.key_accounts, contact="张三", phone="13812345678",
        email="zhang@example.com", first_need="replace the spreadsheets", expected_amount=Decimal(180000),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "readable"),
    [("owner", True), ("manager", True), ("ops", True), ("marketing", False), ("exec", False)],
)
def test_contact_and_free_words_are_shown_to_whom_they_concern(
    who: str, readable: bool, lead: Lead, cast: Cast, signed_in: SignedIn
) -> None:
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1), note="Mr Zhang likes it")
    content = signed_in(cast.everybody()[who]).get("/leads/LX-1/").content.decode()
    secrets = ["13812345678", "zhang@example.com", "张三", "replace the spreadsheets", "Mr Zhang likes it"]
    assert [secret in content for secret in secrets] == [readable] * len(secrets)


def buttons(signed_in: SignedIn, who: object) -> set[str]:
    page = signed_in(who).get("/leads/LX-1/").context  # type: ignore[arg-type]
    found = [*page["buttons"], *page["menu"], *([page["primary"]] if page["primary"] else [])]
    return {button.url.removeprefix("/leads/LX-1/").strip("/") for button in found}


def test_only_what_one_may_do_is_offered(lead: Lead, cast: Cast, signed_in: SignedIn) -> None:
    work = {"follow-ups/new", "edit", "move", "release", "win", "lose", "invalidate"}
    assert buttons(signed_in, cast.owner) == work
    assert buttons(signed_in, cast.manager) == work | {"assign"}
    assert buttons(signed_in, cast.exec) == set()


def test_a_closed_lead_offers_to_open_it_again(cast: Cast, signed_in: SignedIn) -> None:
    a_lost_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    assert buttons(signed_in, cast.owner) == {"follow-ups/new", "edit", "reopen"}


def test_a_lead_of_the_pool_offers_to_claim_it(cast: Cast, signed_in: SignedIn) -> None:
    a_lead(number="LX-1")
    page = signed_in(cast.owner).get("/leads/LX-1/")
    assert page.context["primary"].url == "/leads/LX-1/claim/"


def test_the_timeline_can_be_narrowed(lead: Lead, cast: Cast, signed_in: SignedIn) -> None:
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1))
    client = signed_in(cast.owner)
    kinds = [moment.entry.kind for moment in client.get("/leads/LX-1/").context["moments"]]
    assert kinds == ["followed_up", "assigned", "registered"]
    part = client.get(
        "/leads/LX-1/?show=follow-ups", headers={"HX-Request": "true", "HX-Target": "section#timeline"}
    )
    assert [moment.entry.kind for moment in part.context["moments"]] == ["followed_up"]
    assert b"<html" not in part.content


class TestStageBar:
    def days(self, lead: Lead, at: float) -> dict[str, float | None]:
        found = stage_bar.steps(lead, NOW + hours(at), movable=True)
        return {step.name: step.days for step in found}

    def names(self, lead: Lead, *, movable: bool = True) -> dict[str, str]:
        return {step.name: step.state for step in stage_bar.steps(lead, NOW + hours(96), movable=movable)}

    @pytest.fixture(autouse=True)
    def _english(self) -> object:
        from django.utils import translation

        with translation.override("en"):
            yield

    def test_days_of_all_visits_are_added(self, lead: Lead) -> None:
        at_stage(lead, "screened", now=NOW + hours(24))
        at_stage(lead, "captured", now=NOW + hours(36))
        at_stage(lead, "screened", now=NOW + hours(48))
        assert self.days(lead, 60)["Captured"] == pytest.approx(1.5)
        assert self.days(lead, 60)["Screened"] == pytest.approx(1.0)

    def test_the_clock_stops_when_it_is_lost_and_goes_on_when_it_is_open_again(self, lead: Lead) -> None:
        from tests.factories import loss_reason

        reason = loss_reason("budget_too_small")
        lose_lead(lead=lead, reason=reason, actor=None, now=NOW + hours(24))
        assert self.days(lead, 96)["Captured"] == pytest.approx(1.0)
        reopen_lead(lead=lead, reason="new budget", actor=None, now=NOW + hours(48))
        assert self.days(lead, 96)["Captured"] == pytest.approx(3.0)

    def test_what_was_left_out_is_told_from_what_was_done(self, lead: Lead) -> None:
        at_stage(lead, "need", now=NOW + hours(24))
        found = self.names(lead)
        assert [found[name] for name in ("Captured", "Screened", "Need")] == ["done", "skipped", "current"]
        assert set(list(found.values())[3:]) == {"todo"}

    def test_only_a_movable_lead_has_links(self, lead: Lead) -> None:
        assert {step.url for step in stage_bar.steps(lead, NOW, movable=False)} == {""}
