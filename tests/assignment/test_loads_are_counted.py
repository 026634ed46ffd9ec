"""What the triggers count is what there is, whatever was done to leads through whatever door."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours, loss_reason

from leadloop.assignment import counting
from leadloop.assignment.models import Load
from leadloop.assignment.queries.people import loads
from leadloop.assignment.queries.policies import holding
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import assign_lead, lose_lead, release_lead, win_lead
from leadloop.process.queries import default_process


def counted() -> dict[tuple[int, str], int]:
    found = loads(holding(default_process()).policy, (), NOW)
    return {key: count for key, count in found.of_grade.items() if count}


def there() -> dict[tuple[int, str], int]:
    rows = Lead.objects.filter(state=State.OPEN, owner__isnull=False).values_list("owner", "grade")
    return {(owner, grade): count for owner, grade, count in rows.annotate(Count("pk"))}


def test_through_the_operations(cast: Cast) -> None:
    leads = [a_lead(owner=cast.owner, grade=grade) for grade in "AABC"]
    assert counted() == there() == {(cast.owner.pk, "A"): 2, (cast.owner.pk, "B"): 1, (cast.owner.pk, "C"): 1}
    later = NOW + hours(2)
    assign_lead(lead=leads[0], owner=cast.teammate, actor=None, now=later)
    win_lead(lead=leads[1], amount=Decimal(1), actor=None, now=later)
    lose_lead(lead=leads[2], reason=loss_reason("budget_too_small"), actor=None, now=later)
    release_lead(lead=leads[3], actor=None, now=later)
    assert counted() == there() == {(cast.teammate.pk, "A"): 1}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "give", "pool", "close", "open", "grade", "all", "gone"]),
        st.integers(0, 4),
        st.sampled_from(["", "A", "B"]),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order(cast: Cast, steps: list[tuple[str, int, str]]) -> None:
    """Straight at the tables, as bulk writers and hands in the database do."""
    Lead.objects.all().delete()
    template = a_lead(owner=cast.owner)
    people = [cast.owner.pk, cast.teammate.pk, None]
    for number, (step, which, grade) in enumerate(steps):
        ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
        one = Lead.objects.filter(pk=ids[which % len(ids)])
        owner = people[which % 3]
        if step == "come":
            copies = [_copy(template, f"N{number}-{n}", owner, grade) for n in range(which)]
            Lead.objects.bulk_create(copies)
        elif step == "give":
            one.update(owner=owner)
        elif step == "pool":
            one.update(owner=None)
        elif step in {"close", "open"}:
            one.update(state=State.INVALID if step == "close" else State.OPEN)
        elif step == "grade":
            one.update(grade=grade)
        elif step == "all":
            Lead.objects.update(owner=owner, grade=grade)
        elif len(ids) > 1:
            one.exclude(pk=template.pk).delete()
        if number % 5 == 4:
            counting.fold_up(connection)
    assert counted() == there()


def _copy(template: Lead, number: str, owner: int | None, grade: str) -> Lead:
    values = {
        field.attname: getattr(template, field.attname)
        for field in Lead._meta.concrete_fields
        if field.name != "id"
    }
    return Lead(**values | {"number": number, "owner_id": owner, "grade": grade})


def test_rows_are_made_few(cast: Cast) -> None:
    for _ in range(5):
        a_lead(owner=cast.owner, grade="A")
    counting.fold_up(connection)
    assert Counter(Load.objects.values_list("owner_id", "grade", "leads")) == {(cast.owner.pk, "A", 5): 1}


def test_triggers_that_are_missing_come_again_and_everything_is_counted(cast: Cast) -> None:
    of = " ON leads_lead" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER lead_load_came{of}")
    a_lead(owner=cast.owner, grade="B")
    assert counted() != there()
    counting.install(connection)
    assert counted() == there()
    a_lead(owner=cast.owner, grade="B")
    assert counted() == there() == {(cast.owner.pk, "B"): 2}
