"""What must hold when many do it at the same moment, on both databases."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import pairwise

import pytest
from tests.assignment.desk import arrives, at_once, pool_rules, publish
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_user, hours

from leadloop.assignment.models import ConflictCase
from leadloop.assignment.operations import assign_many, claim, hand_over, sweep
from leadloop.foundation.errors import Conflict
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import log_follow_up
from leadloop.people.models import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]


def check_ownership() -> None:
    """Each lead's owner is what its journal says, and nobody got it twice."""
    for lead in Lead.objects.all():
        rows = Event.objects.filter(lead_id=lead.pk, kind__in=["assigned", "released"]).order_by("id")
        last = rows.last()
        assert lead.owner_id == (last.owner_id if last and last.kind == "assigned" else None)
        kinds = [row.kind for row in rows]
        assert all(pair != ("assigned", "assigned") for pair in pairwise(kinds))


def test_fifty_leads_at_once_are_all_given_fairly_and_no_cap_is_broken(cast: Cast) -> None:
    people = [a_user(f"rep{n}", role=Role.REP, team=cast.south) for n in range(4)]
    chosen = [person.pk for person in people]
    publish({"key": "r", "when": {}, "people": chosen}, open_leads_per_person=12, otherwise="pool")
    answers = at_once([partial(arrives, f"客户{n}", grade="AB"[n % 2]) for n in range(50)])
    assert [error for error in answers if isinstance(error, Exception)] == []
    owners = Counter(Lead.objects.values_list("owner", flat=True))
    assert owners == {**dict.fromkeys(chosen, 12), None: 2}
    assert Event.objects.filter(kind="assigned").count() == 48
    check_ownership()


def test_fifty_leads_at_once_in_turn(cast: Cast) -> None:
    publish({"key": "r", "when": {}, "share": "round_robin"})
    at_once([partial(arrives, f"客户{n}") for n in range(48)])
    assert set(Counter(Lead.objects.values_list("owner", flat=True)).values()) == {16}
    check_ownership()


def test_one_by_one_and_in_bulk_at_once(cast: Cast) -> None:
    publish(
        {"key": "r", "when": {}, "teams": [cast.key_accounts.pk]}, open_leads_per_person=20, otherwise="pool"
    )
    ids = [a_lead().pk for _ in range(40)]
    singles = [partial(arrives, f"客户{n}") for n in range(8)]
    twice = [partial(assign_many, lead_ids=ids, now=NOW), partial(assign_many, lead_ids=ids, now=NOW)]
    answers = at_once([*twice, *singles])
    assert [error for error in answers if isinstance(error, Exception)] == []
    assert Counter(Lead.objects.values_list("owner__username", flat=True)) == {
        "owner": 20,
        "teammate": 20,
        None: 8,
    }
    check_ownership()


def test_of_many_who_claim_one_lead_one_gets_it_and_the_others_are_told(cast: Cast) -> None:
    reps = [a_user(f"rep{n}", role=Role.REP, team=cast.south) for n in range(8)]
    lead = a_lead()
    answers = at_once([partial(claim, lead=lead, actor=rep, now=NOW + hours(1)) for rep in reps])
    winner = Lead.objects.get().owner
    assert winner in reps
    told = [str(error) for error in answers if isinstance(error, Conflict)]
    assert told == [f"{winner} was faster: the lead is theirs now."] * 7
    check_ownership()


def test_nobody_claims_more_than_allowed_by_pressing_quickly(cast: Cast) -> None:
    pool_rules(open_claims_per_person=3)
    leads = [a_lead() for _ in range(8)]
    answers = at_once([partial(claim, lead=lead, actor=cast.owner, now=NOW) for lead in leads])
    assert sum(isinstance(answer, Conflict) for answer in answers) == 5
    assert Lead.objects.filter(owner=cast.owner).count() == 3


def test_a_claim_while_the_lead_is_being_taken_back(cast: Cast) -> None:
    leads = [a_lead(owner=cast.owner, grade="A") for _ in range(6)]
    sweep(now=NOW + hours(5 * 24))
    now = NOW + hours(8 * 24)
    claims = [partial(claim, lead=lead, actor=cast.stranger, now=now) for lead in leads]
    at_once([partial(sweep, now=now), *claims, partial(sweep, now=now)])
    assert set(Lead.objects.values_list("owner__username", flat=True)) <= {"stranger", None}
    assert Event.objects.filter(kind="released").count() == 6
    check_ownership()


def test_a_follow_up_while_the_lead_is_being_taken_back(cast: Cast) -> None:
    leads = [a_lead(owner=cast.owner, grade="A") for _ in range(6)]
    sweep(now=NOW + hours(5 * 24))
    now = NOW + hours(8 * 24)
    calls = [partial(log_follow_up, lead=lead, actor=cast.owner, now=now) for lead in leads]
    at_once([partial(sweep, now=now), *calls])
    for lead in Lead.objects.all():
        kinds = list(Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True))
        # Called first, it stays; taken back first, it is in the pool whatever was written after.
        if "released" in kinds and "followed_up" in kinds:
            assert kinds.index("released") < kinds.index("followed_up")
        assert (lead.owner_id is None) == ("released" in kinds)


def test_two_register_the_same_new_customer_at_once(cast: Cast) -> None:
    a_lead(customer="同一客户", owner=cast.owner, now=NOW - hours(9))
    first = Lead.objects.get()
    Lead.objects.filter(pk=first.pk).update(state=State.INVALID)
    reps = (cast.owner, cast.stranger)
    answers = at_once([partial(arrives, "同一客户", actor=rep) for rep in reps])
    assert [error for error in answers if isinstance(error, Exception)] == []
    assert ConflictCase.objects.count() == 1
    assert Lead.objects.filter(state=State.OPEN, owner__isnull=False).count() == 1


def test_leads_that_come_while_somebody_hands_over(cast: Cast) -> None:
    publish({"key": "r", "when": {}, "teams": [cast.key_accounts.pk]})
    for n in range(20):
        a_lead(owner=cast.owner, customer=f"老客户{n}")
    calls = [partial(arrives, f"客户{n}") for n in range(6)]
    handing = partial(hand_over, person=cast.owner, to=[cast.teammate], actor=cast.ops, now=NOW)
    answers = at_once([handing, *calls])
    assert [error for error in answers if isinstance(error, Exception)] == []
    assert not Lead.objects.filter(customer__name__startswith="老客户", owner=cast.owner).exists()
    assert not Lead.objects.filter(owner=None).exists()
