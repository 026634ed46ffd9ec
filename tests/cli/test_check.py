"""`leadloop check` is quiet about a sound database and finds each thing that was broken behind its back."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from tests.factories import NOW, a_lead, a_lost_lead, a_user, a_won_lead, hours

from leadloop.cli.check import checks, invariants
from leadloop.cli.main import main
from leadloop.journal import guard as journal_guard
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import assign_lead, release_lead, reopen_lead
from leadloop.screening.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound(cast):
    """Leads in all states, made by the operations."""
    leads = [
        a_lead(),
        a_lead(owner=cast.owner),
        a_won_lead(owner=cast.owner),
        a_lost_lead(owner=cast.teammate),
        a_lost_lead(owner=cast.owner),
    ]
    reopen_lead(lead=leads[-1], reason="they called", actor=None, now=NOW + hours(3))
    handed = a_lead(owner=cast.owner)
    assign_lead(lead=handed, owner=cast.teammate, actor=None, now=NOW + hours(1))
    back = a_lead(owner=cast.owner)
    release_lead(lead=back, reason="nobody has time", actor=None, now=NOW + hours(1))
    return leads


@pytest.fixture
def store(settings, tmp_path):
    settings.STORE = tmp_path / "store"
    return settings.STORE


@pytest.mark.parametrize("check", invariants.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_database_passes(sound, check):
    finding = check()

    assert finding.ok, finding.as_text(str)


def test_a_lead_that_the_journal_does_not_know_is_found(sound):
    Finding.objects.filter(lead=sound[0]).delete()
    Lead.objects.filter(pk=sound[0].pk).update(id=sound[0].pk + 1000, number="LX-STRAY")

    finding = invariants.registered()

    assert not finding.ok
    assert "LX-STRAY" in finding.examples


def test_an_owner_that_the_journal_does_not_name_is_found(sound, cast):
    Lead.objects.filter(pk=sound[1].pk).update(owner=cast.stranger)

    finding = invariants.owners()

    assert finding.examples == (sound[1].number,)


def test_a_lead_without_owner_that_never_went_to_the_pool_is_found(sound):
    Lead.objects.filter(pk=sound[1].pk).update(owner=None)

    assert invariants.owners().examples == (sound[1].number,)


def test_an_open_lead_of_somebody_who_left_is_found(sound, cast):
    cast.owner.is_active = False
    cast.owner.save()

    assert not invariants.working_owners().ok


def test_an_outcome_that_is_not_in_the_journal_is_found(sound):
    reason = sound[3].loss_reason
    Lead.objects.filter(pk=sound[1].pk).update(state=State.LOST, loss_reason=reason, closed_at=NOW)

    assert invariants.outcome_in_journal().examples == (sound[1].number,)


def test_a_journal_without_its_guard_is_found_and_left_unchanged(sound):
    before = Event.objects.count()
    journal_guard.remove(connection)
    try:
        finding = invariants.journal_guarded()
    finally:
        journal_guard.install(connection)

    assert not finding.ok
    assert "UPDATE" in str(finding.problem)
    assert "DELETE" in str(finding.problem)
    assert Event.objects.count() == before


def test_a_missing_trigger_is_named(sound):
    of = " ON people_team" if connection.vendor == "postgresql" else ""
    assert invariants.triggers_kept().ok
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER people_team_kept_update{of}")
    finding = invariants.triggers_kept()
    assert not finding.ok
    assert "people_team_kept_update" in str(finding.problem)


# The store reads what is committed, so these have real transactions.
@pytest.mark.django_db(transaction=True)
def test_a_sound_database_ends_with_0(sound, capsys, store):
    assert main(["check"]) == 0
    assert "✗" not in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_to_do_and_ends_with_1(sound, cast, capsys, store):
    Lead.objects.filter(pk=sound[1].pk).update(owner=cast.stranger)

    assert main(["check", "--language", "en"]) == 1

    printed = capsys.readouterr().out
    assert sound[1].number in printed
    assert "→" in printed


@pytest.mark.django_db(transaction=True)
def test_json_holds_every_check(sound, cast, capsys, store):
    Lead.objects.filter(pk=sound[1].pk).update(owner=cast.stranger)

    assert main(["check", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    bad = [entry["check"] for entry in told["checks"] if not entry["ok"]]
    assert told["ok"] is False
    assert "one_owner" in bad
    assert all(entry["what_to_do"] for entry in told["checks"] if not entry["ok"])


def test_missing_migrations_are_found(db, monkeypatch):
    monkeypatch.setattr("leadloop.cli.ready._shipped_migrations", lambda: [("leads", "9999_tomorrow")])

    finding = checks.migrations()

    assert finding.examples == ("leads.9999_tomorrow",)


def test_a_dangerous_production_is_found(db, settings):
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["*"]

    finding = checks.configuration()

    assert not finding.ok
    assert "LEADLOOP_HOSTS" in str(finding.problem)


def test_people_who_sell_nothing_disturb_nothing(db):
    a_user("observer")

    assert all(check().ok for check in invariants.CHECKS)
