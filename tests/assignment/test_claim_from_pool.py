from __future__ import annotations

import pytest
from tests.assignment.desk import pool_rules
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, hours, loss_reason

from leadloop.assignment.operations import claim, look_at
from leadloop.assignment.queries import waiting
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.leads.operations import claim_lead, lose_lead, release_lead
from leadloop.leads.permissions import contact_of
from leadloop.people.models import User
from leadloop.people.permissions import forget, visibility_of

DAY = 24


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def on_shelves(user: User) -> dict[str, set[str]]:
    return {
        shelf.pool.key: set(waiting.leads_on(shelf, user).values_list("number", flat=True))
        for shelf in waiting.shelves(user)
    }


def test_a_claim_makes_the_lead_yours_and_shows_its_contact(cast: Cast) -> None:
    lead = a_lead()
    assert contact_of(lead, visibility_of(cast.owner)).masked
    claim(lead=lead, actor=cast.owner, now=NOW)
    lead = fresh(lead)
    assert (lead.owner, lead.team) == (cast.owner, cast.key_accounts)
    assert not contact_of(lead, visibility_of(cast.owner)).masked


def test_who_comes_too_late_is_told_who_was_faster(cast: Cast) -> None:
    lead = a_lead()
    claim(lead=lead, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict) as refused:
        claim(lead=lead, actor=cast.stranger, now=NOW)
    assert str(refused.value) == "Owner was faster: the lead is theirs now."
    with pytest.raises(NotFound):
        claim(lead=lead, actor=cast.stranger, now=NOW + hours(2 * DAY))


def test_at_most_so_many_open_claims(cast: Cast) -> None:
    pool_rules(open_claims_per_person=2)
    first, second, third = a_lead(), a_lead(), a_lead()
    a_lead(owner=cast.owner)
    claim(lead=first, actor=cast.owner, now=NOW)
    claim(lead=second, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict) as refused:
        claim(lead=third, actor=cast.owner, now=NOW)
    assert "2 open leads from the pool" in str(refused.value)
    lose_lead(lead=fresh(first), reason=loss_reason("budget_too_small"), actor=cast.owner, now=NOW + hours(1))
    claim(lead=third, actor=cast.owner, now=NOW + hours(1))


def test_the_limits_hold_at_the_door_of_the_lead_page_too(cast: Cast) -> None:
    pool_rules(open_claims_per_person=1)
    claim_lead(lead=a_lead(), actor=cast.owner, now=NOW)
    with pytest.raises(Conflict):
        claim_lead(lead=a_lead(), actor=cast.owner, now=NOW)


def test_not_ones_own_former_lead_for_a_week(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    release_lead(lead=lead, actor=cast.owner, now=NOW)
    for later in (1, 7 * DAY - 1):
        with pytest.raises(Conflict) as refused:
            claim(lead=lead, actor=cast.owner, now=NOW + hours(later))
    assert "2026-06-22 10:00" in str(refused.value)
    claim(lead=lead, actor=cast.owner, now=NOW + hours(7 * DAY))


def test_a_colleague_may_at_once_unless_the_pool_lets_leads_rest(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    release_lead(lead=lead, actor=cast.owner, now=NOW)
    pool_rules(cooling_off_hours=4)
    with pytest.raises(Conflict):
        claim(lead=lead, actor=cast.teammate, now=NOW + hours(3))
    claim(lead=lead, actor=cast.teammate, now=NOW + hours(4))


def test_a_customer_of_a_colleague_is_not_taken_through_the_pool(cast: Cast) -> None:
    a_lead(owner=cast.owner, customer="同一客户")
    lead = a_lead(customer="同一客户")
    with pytest.raises(Conflict) as refused:
        claim(lead=lead, actor=cast.stranger, now=NOW)
    assert "Owner works with this customer" in str(refused.value)
    claim(lead=lead, actor=cast.owner, now=NOW)


def test_a_lead_waits_in_the_first_pool_that_fits(cast: Cast) -> None:
    fairs = a_channel("展会")
    pool_rules(
        {"key": "fairs", "name": "展会公海", "when": {"channel": [str(fairs.pk)]}},
        {"key": "a", "name": "A级公海", "when": {"grade": ["A"]}},
    )
    fair = a_lead(channel=fairs, grade="A", number="FAIR")
    a_lead(grade="A", number="A")
    a_lead(number="REST")
    assert on_shelves(cast.owner) == {"fairs": {"FAIR"}, "a": {"A"}, "common": {"REST"}}
    policy = waiting.shelves(cast.owner)[0].policy
    assert waiting.pool_of(fair, policy).key == "fairs"


def test_a_pool_of_one_team_does_not_exist_for_the_others(cast: Cast) -> None:
    pool_rules({"key": "vip", "name": "大客户", "when": {"grade": ["A"]}, "seen_by": [cast.north.pk]})
    vip, plain = a_lead(grade="A", number="VIP"), a_lead(grade="B", number="PLAIN")
    for user in (cast.owner, cast.stranger, cast.ops):
        forget(user)
    assert on_shelves(cast.stranger) == {"common": {"PLAIN"}}
    assert on_shelves(cast.owner) == {"vip": {"VIP"}, "common": {"PLAIN"}}
    assert set(queries.visible(cast.stranger)) == {plain}
    assert set(queries.visible(cast.owner)) == {vip, plain}
    with pytest.raises(NotFound):
        claim(lead=vip, actor=cast.stranger, now=NOW)
    with pytest.raises(NotFound):
        queries.get(cast.stranger, "VIP")


def test_a_pool_that_only_some_may_claim_from(cast: Cast) -> None:
    pool_rules({"key": "vip", "name": "大客户", "when": {"grade": ["A"]}, "claimed_by": [cast.north.pk]})
    lead = a_lead(grade="A")
    with pytest.raises(Conflict):
        claim(lead=lead, actor=cast.stranger, now=NOW)
    claim(lead=lead, actor=cast.owner, now=NOW)


def test_a_pool_that_hides_the_customer_exists_on_its_page_only(cast: Cast) -> None:
    pool_rules({"key": "blind", "name": "盲选", "when": {"grade": ["A"]}, "shown_before_claim": ["industry"]})
    lead = a_lead(grade="A", number="BLIND")
    assert on_shelves(cast.owner)["blind"] == {"BLIND"}
    assert lead not in queries.visible(cast.owner)
    claim(lead=lead, actor=cast.owner, now=NOW)
    assert lead in queries.visible(cast.owner)


def test_a_pool_may_show_contacts_before_a_claim(cast: Cast) -> None:
    shown = ["customer", "industry", "region", "channel", "contact"]
    pool_rules({"key": "open", "name": "开放", "when": {"grade": ["C"]}, "shown_before_claim": shown})
    assert not contact_of(a_lead(grade="C"), visibility_of(cast.owner)).masked
    assert contact_of(a_lead(grade="B"), visibility_of(cast.owner)).masked


def test_so_many_details_a_day(cast: Cast) -> None:
    pool_rules(daily_views=2)
    leads = [a_lead() for _ in range(3)]
    for lead in (leads[0], leads[0], leads[1]):
        look_at(lead=lead, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict):
        look_at(lead=leads[2], actor=cast.owner, now=NOW)
    look_at(lead=leads[2], actor=cast.owner, now=NOW + hours(DAY))


def test_a_manager_sees_the_pool_leads_of_the_own_teams(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, number="OURS")
    release_lead(lead=lead, actor=cast.owner, now=NOW)
    a_lead(number="NOBODYS")
    assert on_shelves(cast.manager) == {"common": {"OURS"}}
    assert on_shelves(cast.ops) == {"common": {"OURS", "NOBODYS"}}
    assert on_shelves(cast.exec) == {}
    a_lost_lead(number="LOST")
    assert on_shelves(cast.ops) == {"common": {"OURS", "NOBODYS"}}
