"""A lead that comes without an owner goes to somebody by the rules, and says why."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assignment.desk import arrives, publish
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_user, hours

from leadloop.assignment.engine import Desk, Loads, Person
from leadloop.assignment.models import Decision
from leadloop.assignment.operations import add_absence, assign_many, set_seller
from leadloop.assignment.rules import Case, Policy, Rule
from leadloop.assignment.wording import explained
from leadloop.foundation.errors import DataError
from leadloop.journal.models import Event
from leadloop.leads.models import Channel, Lead
from leadloop.people.models import Role
from leadloop.people.operations import deactivate


def why(lead: Lead) -> str:
    return str(explained(Decision.objects.filter(lead=lead).latest("pk").why))


def test_without_rules_everybody_who_sells_gets_some(cast: Cast) -> None:
    owners = Counter(arrives(f"客户{n}").owner for n in range(6))
    assert owners == {cast.owner: 2, cast.teammate: 2, cast.stranger: 2}
    event = Event.objects.filter(kind="assigned").latest("id")
    assert (event.actor_id, event.data["how"]) == (None, "rule")


def test_the_first_rule_that_fits_decides(cast: Cast) -> None:
    publish(
        {"key": "south", "name": "华南", "when": {"region": ["华南"]}, "teams": [cast.south.pk]},
        {"key": "big", "when": {"size": ["500人以上"]}, "people": [cast.manager.pk]},
        {"key": "rest", "when": {}, "teams": [cast.north.pk]},
    )
    south = arrives("甲", region="华南", size="500人以上")
    assert (south.owner, south.team) == (cast.stranger, cast.south)
    assert why(south).startswith("Rule 1 “华南”")
    assert arrives("乙", size="500人以上").owner == cast.manager
    assert arrives("丙").owner in {cast.owner, cast.teammate}


def test_a_rule_about_a_channel_means_the_channels_below_it(cast: Cast) -> None:
    fairs = a_channel("展会")
    Channel.objects.create(name="工博会", parent=fairs)
    publish({"key": "fairs", "when": {"channel": [str(fairs.pk)]}, "people": [cast.stranger.pk]})
    assert arrives("甲", channel=Channel.objects.get(name="工博会")).owner == cast.stranger


def test_whoever_has_the_fewest_open_leads_of_the_grade_is_next(cast: Cast) -> None:
    publish({"key": "team", "when": {}, "teams": [cast.key_accounts.pk]})
    for _ in range(3):
        a_lead(owner=cast.owner, grade="C")
    a_lead(owner=cast.teammate, grade="A")
    assert arrives("甲", grade="A").owner == cast.owner


def test_closed_leads_are_no_load(cast: Cast) -> None:
    publish({"key": "team", "when": {}, "teams": [cast.key_accounts.pk]}, open_leads_per_person=1)
    a_lost_lead(owner=cast.owner)
    a_lead(owner=cast.teammate)
    assert arrives("甲").owner == cast.owner


def test_a_full_team_leaves_the_lead_in_the_pool_and_says_so(cast: Cast) -> None:
    publish(
        {"key": "south", "when": {}, "teams": [cast.south.pk], "when_full": "pool"}, open_leads_per_person=2
    )
    owners = [arrives(f"客户{n}").owner for n in range(3)]
    assert owners == [cast.stranger, cast.stranger, None]
    lead = Lead.objects.get(owner=None)
    assert why(lead) == "Into the pool: nobody was free. rule 1: 1 at the cap"


def test_a_full_team_passes_the_lead_on_to_the_next_rule(cast: Cast) -> None:
    publish(
        {"key": "south", "when": {}, "teams": [cast.south.pk]},
        {"key": "north", "when": {}, "people": [cast.owner.pk]},
        open_leads_per_person=1,
    )
    assert [arrives(f"客户{n}").owner for n in range(2)] == [cast.stranger, cast.owner]


def test_in_turn_means_in_turn_whatever_they_have(cast: Cast) -> None:
    publish({"key": "turn", "when": {}, "teams": [cast.key_accounts.pk], "share": "round_robin"})
    for _ in range(5):
        a_lead(owner=cast.owner)
    owners = [arrives(f"客户{n}").owner for n in range(4)]
    assert owners in ([cast.owner, cast.teammate] * 2, [cast.teammate, cast.owner] * 2)


def test_a_quota_counts_what_a_rule_gave_today(cast: Cast) -> None:
    rule = {"key": "q", "when": {}, "people": [cast.owner.pk], "quota": {"leads": 2, "days": 1}}
    publish(rule, otherwise="pool")
    leads = [arrives(f"客户{n}") for n in range(3)]
    assert [lead.owner for lead in leads] == [cast.owner, cast.owner, None]
    assert "quota 2 of 2 today" in why(leads[1])
    assert arrives("明天", now=NOW + hours(24)).owner == cast.owner


def test_who_is_away_gets_nothing_and_comes_back(cast: Cast) -> None:
    publish({"key": "team", "when": {}, "teams": [cast.key_accounts.pk]})
    day = date(2026, 6, 15)
    add_absence(person=cast.owner, first_day=day, last_day=day, actor=cast.owner, now=NOW)
    assert {arrives(f"客户{n}").owner for n in range(3)} == {cast.teammate}
    assert arrives("明天", now=NOW + hours(24)).owner == cast.owner


def test_absences_go_by_the_day_where_the_person_is(cast: Cast) -> None:
    publish({"key": "one", "when": {}, "people": [cast.owner.pk]}, otherwise="pool")
    add_absence(
        person=cast.owner, first_day=date(2026, 6, 16), last_day=date(2026, 6, 16), actor=None, now=NOW
    )
    # 23:30 and 00:30 in Shanghai.
    assert arrives("甲", now=NOW + hours(13.5)).owner == cast.owner
    assert arrives("乙", now=NOW + hours(14.5)).owner is None


def test_a_customer_stays_with_its_owner_even_if_full_or_away(cast: Cast) -> None:
    publish({"key": "south", "when": {}, "teams": [cast.south.pk]}, open_leads_per_person=1)
    a_lead(owner=cast.owner, customer="老客户")
    lead = arrives("老客户")
    assert lead.owner == cast.owner
    assert why(lead) == "The customer's owner gets every new lead of it"


def test_a_customer_whose_owner_left_is_free(cast: Cast) -> None:
    a_lead(owner=cast.owner, customer="老客户")
    deactivate(user=cast.owner, actor=cast.admin, now=NOW)
    assert arrives("老客户").owner in {cast.teammate, cast.stranger}


def test_experience_is_preferred_or_needed(cast: Cast) -> None:
    set_seller(
        person=cast.stranger, takes_leads=True, open_leads=None, industries=["机械"], actor=cast.ops, now=NOW
    )
    publish({"key": "e", "when": {}, "experience": "prefer"})
    assert {arrives(f"客户{n}", industry="机械").owner for n in range(3)} == {cast.stranger}
    assert arrives("别的", industry="化工").owner in {cast.owner, cast.teammate}
    publish({"key": "e", "when": {}, "experience": "need"}, otherwise="pool")
    assert arrives("食品", industry="食品").owner is None


def test_own_cap_and_taking_no_leads(cast: Cast) -> None:
    publish({"key": "team", "when": {}, "teams": [cast.key_accounts.pk]}, otherwise="pool")
    set_seller(
        person=cast.owner, takes_leads=False, open_leads=None, industries=[], actor=cast.manager, now=NOW
    )
    set_seller(
        person=cast.teammate, takes_leads=True, open_leads=1, industries=[], actor=cast.manager, now=NOW
    )
    assert [arrives(f"客户{n}").owner for n in range(2)] == [cast.teammate, None]


def test_sent_to_the_pool_on_purpose_it_stays_there(cast: Cast) -> None:
    lead = arrives("甲", to_pool=True)
    assert lead.owner is None
    assert not Decision.objects.exists()


def test_a_rule_about_a_field_that_leads_lost_is_passed_over(cast: Cast) -> None:
    from leadloop.process.operations import publish_policies
    from leadloop.process.queries import default_process

    broken = {"key": "b", "when": {"turnover": ["1亿"]}, "people": [cast.owner.pk]}
    fine = {"key": "f", "when": {}, "people": [cast.stranger.pk]}
    with pytest.raises(DataError) as refused:
        publish(broken, fine)
    assert "Rule 1" in str(refused.value)
    assert "turnover" in str(refused.value)
    publish_policies(
        process=default_process(), changes={"assignment": {"rules": [broken, fine]}}, actor=None, now=NOW
    )
    assert arrives("甲").owner == cast.stranger


@pytest.mark.parametrize(
    "policy",
    [
        {"rules": "all"},
        {"rules": [7]},
        {"rules": [{"key": "a", "when": {}, "quota": {"leads": -1}}]},
        {"rules": [{"key": "a", "when": {}, "share": "by_dice"}]},
        {"rules": [{"key": "a", "when": {}}, {"key": "a", "when": {}}]},
        {"rules": [{"key": "a", "when": {}, "people": [999_999]}]},
        {"rules": [{"key": "a", "when": {"channel": ["999999"]}}]},
        {"rules": [], "open_leads_per_person": "many"},
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, policy: dict[str, object]) -> None:
    with pytest.raises(DataError):
        publish(*[], **policy) if policy["rules"] != "all" else publish_raw(policy)


def publish_raw(policy: dict[str, object]) -> None:
    from leadloop.assignment.operations import publish_assignment
    from leadloop.process.queries import default_process

    publish_assignment(process=default_process(), policy=policy, actor=None, now=NOW)


def test_leads_that_came_in_bulk(cast: Cast) -> None:
    publish(
        {"key": "team", "when": {}, "teams": [cast.key_accounts.pk]},
        open_leads_per_person=20,
        otherwise="pool",
    )
    ids = [a_lead(to_pool=True, grade="B").pk for _ in range(50)]
    assert assign_many(lead_ids=ids, now=NOW + hours(1)) == 40
    assert Counter(Lead.objects.values_list("owner__username", flat=True)) == {
        "owner": 20,
        "teammate": 20,
        None: 10,
    }
    assert Event.objects.filter(kind="assigned").count() == 40
    assert set(Lead.objects.filter(owner__isnull=False).values_list("team", flat=True)) == {
        cast.key_accounts.pk
    }
    assert assign_many(lead_ids=ids, now=NOW + hours(2)) == 0


def test_in_bulk_the_leads_of_one_customer_stay_together(cast: Cast) -> None:
    ids = [a_lead(customer="同一客户").pk for _ in range(5)]
    assign_many(lead_ids=ids, now=NOW)
    assert len(set(Lead.objects.values_list("owner", flat=True))) == 1


@settings(max_examples=200, deadline=None)
@given(
    caps=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    leads=st.lists(st.sampled_from(["A", "B", ""]), max_size=30),
    share=st.sampled_from(["fewest_open_of_grade", "fewest_open", "round_robin"]),
)
@pytest.mark.pure
def test_no_cap_is_broken_and_no_room_left_unused(caps: list[int], leads: list[str], share: str) -> None:
    people = [Person(id=n, cap=cap) for n, cap in enumerate(caps, start=1)]
    desk = Desk(Policy(otherwise=Rule(number=0, key="everybody", share=share)), people, Loads())
    owners = [desk.assign(Case(lead_id=n, customer_id=n, grade=grade)).owner for n, grade in enumerate(leads)]
    counts = Counter(owner for owner in owners if owner)
    assert all(counts[person.id] <= (person.cap or 0) for person in people)
    assert sum(counts.values()) == min(len(leads), sum(caps))
    if share == "round_robin" and len(set(caps)) == 1:
        assert max(counts.values(), default=0) - min((counts[p.id] for p in people), default=0) <= 1


def test_everybody_gets_the_same_in_the_long_run(cast: Cast) -> None:
    for n in range(4):
        a_user(f"more{n}", role=Role.REP, team=cast.south)
    ids = [a_lead(grade="AB"[n % 2]).pk for n in range(70)]
    assign_many(lead_ids=ids, now=NOW + timedelta(hours=1))
    rows = Counter(Lead.objects.values_list("owner", "grade"))
    assert set(rows.values()) == {5}
