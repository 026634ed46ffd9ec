"""Puts the demo company into the database, the way an import does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.cli.demo import company
from leadloop.cli.demo.calendar import ZONE
from leadloop.cli.demo.deciding import judge_warnings, write_chains
from leadloop.cli.demo.equip import equip
from leadloop.cli.demo.generate import Generated, generate
from leadloop.cli.demo.working import work
from leadloop.cli.guard import DEMO_MARK
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.leads.models import Channel, Lead, NumberSeries, Tag
from leadloop.leads.operations.bulk import BulkRows, write_leads
from leadloop.people.models import Role, Team, User
from leadloop.people.operations import Place, create_team, create_user
from leadloop.playbook.operations import install_shipped
from leadloop.process import queries as processes
from leadloop.process.models import LossReason, Version
from leadloop.process.operations import install_defaults
from leadloop.store.refresh import rebuild
from leadloop.warnings.operations import learn, sweep

CHUNK = 2_000
Ids = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Records:
    """Ids by the words that the generator uses."""

    people: Ids
    teams: Ids
    channels: Ids
    reasons: Ids
    version: Version


def build(
    *,
    now: datetime,
    leads: int = company.LEADS,
    chatter: bool = True,
    equipped: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Make everything. The database has its tables and no leads yet.

    ``chatter``: with every follow-up, not only the first of each lead. ``equipped``: with what the company
    has besides leads.
    """
    if Lead.objects.exists():
        raise Conflict(
            msg("This data directory already holds leads that are not a demo's. Use another (LEADLOOP_DATA).")
        )
    facts = {"seed": company.SEED, "leads": leads, "made_at": now.isoformat()}
    _mark(complete=False, **facts)
    today = now.astimezone(ZoneInfo(ZONE)).date()
    made = generate(leads=leads, today=today, chatter=chatter)
    records = _set_up(now=made.leads["captured_at"][0].as_py())
    tell = progress or (lambda done, of: None)
    for start in range(0, leads, CHUNK):
        _write(made, start, records, now)
        tell(min(start + CHUNK, leads), leads)
    with transaction.atomic():
        _tag_pilot(made)
        _continue_numbers(made)
    if equipped:
        equip(now=now)
        write_chains(now=now)
        work(now=now)
        judge_warnings(now=now)
    rebuild()
    if equipped:
        learn(now=now)
        sweep(now=now)
    _mark(complete=True, **facts)


@transaction.atomic
def _set_up(*, now: datetime) -> _Records:
    install_defaults(now=now)
    install_shipped(now=now)
    teams = {name: create_team(name=name, actor=None, now=now) for name in company.TEAMS}
    people = {person.username: _person(person, teams, now) for person in company.PEOPLE}
    channels = {
        entry.name: Channel.objects.get_or_create(name=entry.name)[0].pk for entry in company.CHANNELS
    }
    return _Records(
        people={username: user.pk for username, user in people.items()},
        teams={name: team.pk for name, team in teams.items()},
        channels=channels,
        reasons=dict(LossReason.objects.values_list("key", "pk")),
        version=processes.current_version(processes.default_process()),
    )


def _person(person: company.Person, teams: Mapping[str, Team], now: datetime) -> User:
    signs_in = "." not in person.username
    return create_user(
        username=person.username,
        display_name=person.name,
        actor=None,
        now=now,
        password=company.PASSWORD if signs_in else None,
        email=f"{person.username}@{company.EMAIL_DOMAIN}",
        places=[Place(Role(role), teams[team] if team else None) for role, team in person.roles],
        any_password=True,
    )


def _write(made: Generated, start: int, records: _Records, now: datetime) -> None:
    leads = made.leads.slice(start, CHUNK)
    first, last = leads["lead"][0].as_py(), leads["lead"][-1].as_py()
    events = made.events.filter(
        pc.and_(pc.greater_equal(made.events["lead"], first), pc.less_equal(made.events["lead"], last))
    )
    rows = BulkRows(leads=_leads(leads, records), events=_events(events, leads, records))
    with transaction.atomic():
        write_leads(rows=rows, version=records.version, actor=None, now=now)


def _leads(leads: pa.Table, records: _Records) -> pa.Table:
    words = {"channel", "team", "owner", "pilot"}
    columns = {name: leads[name] for name in leads.column_names if name not in words}
    columns["channel_id"] = ids_of(leads["channel"], records.channels)
    columns["team_id"] = ids_of(leads["team"], records.teams)
    return pa.table(columns)


def _events(events: pa.Table, leads: pa.Table, records: _Records) -> pa.Table:
    """With ids for words, and with who did it: the owner; at registration, marketing."""
    owner = ids_of(leads["owner"], records.people)
    actor = owner.take(pc.subtract(events["lead"], leads["lead"][0]).combine_chunks())
    happened = pa.table(
        {
            "lead": events["lead"],
            "kind": events["kind"],
            "occurred_at": events["occurred_at"],
            "recorded_at": events["occurred_at"],
            "actor_id": actor,
            "stage": events["stage"],
            "reason_id": ids_of(events["reason"], records.reasons),
            "amount": events["amount"],
            "owner_id": ids_of(events["owner"], records.people),
            "team_id": ids_of(events["team"], records.teams),
        }
    )
    registered = pa.table(
        {
            "lead": leads["lead"],
            "kind": pa.array([str(Kind.REGISTERED)] * leads.num_rows, pa.string()),
            "occurred_at": leads["captured_at"],
            "recorded_at": leads["registered_at"],
            "actor_id": pa.array([records.people["marketing"]] * leads.num_rows, pa.int64()),
            "stage": pa.array([company.STAGES[0]] * leads.num_rows, pa.string()),
        }
    )
    return pa.concat_tables([registered, happened], promote_options="default")


def ids_of(words: pa.ChunkedArray, ids: Ids) -> pa.Array:
    place = pc.index_in(words.combine_chunks(), value_set=pa.array(list(ids), pa.string()))
    return pa.array(list(ids.values()), pa.int64()).take(place)


def _mark(**facts: object) -> None:
    path = settings.DATA_DIR / DEMO_MARK
    path.write_text(json.dumps(facts), encoding="utf-8")


def _tag_pilot(made: Generated) -> None:
    """The pilot's leads carry a tag, by which every figure can be split."""
    numbers = made.leads.filter(made.leads["pilot"])["number"].to_pylist()
    tag, _ = Tag.objects.get_or_create(name=company.PILOT_TAG)
    through = Lead.tags.through
    leads = Lead.objects.filter(number__in=numbers).values_list("pk", flat=True)
    through.objects.bulk_create(through(lead_id=lead, tag_id=tag.pk) for lead in leads)


def _continue_numbers(made: Generated) -> None:
    """New leads get the numbers after those of the demo."""
    for prefix in pc.unique(pc.utf8_slice_codeunits(made.leads["number"], 0, 6)).to_pylist():
        of_year = made.leads.filter(pc.starts_with(made.leads["number"], prefix))["number"]
        last = int(pc.max(of_year).as_py().removeprefix(prefix))
        NumberSeries.objects.update_or_create(prefix=prefix, defaults={"last": last})
