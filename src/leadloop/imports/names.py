"""The names in a file -> the records they mean: channels, people, teams, loss reasons, stages.

Each distinct name is looked up once an import. What is missing is made where the importer may, else the
rows that need it say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadloop.analysis.tables import Kind
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import fold
from leadloop.imports.permissions import Reach
from leadloop.leads.models import Channel
from leadloop.leads.operations.settling import column
from leadloop.people.models import Team, User
from leadloop.people.operations import ensure_person, ensure_team
from leadloop.process.models import LossReason
from leadloop.process.operations import ensure_loss_reason

Found = int | Message
"""The id of the record, or why there is none."""
Problems = dict[int, tuple[Message, str | None]]
"""Row -> why it cannot be taken, and the field."""


class Names:
    def __init__(self, *, reach: Reach, stages: Mapping[str, str], create: bool, now: datetime) -> None:
        self.reach = reach
        self.stages = stages
        self.create = create
        self.now = now
        self._channels: dict[str, Found] = {}
        self._teams: dict[str, Found] = {}
        self._people: dict[tuple[str, str], Found] = {}
        self._reasons: dict[str, Found] = {}

    def resolve(self, leads: pa.Table, events: pa.Table) -> tuple[pa.Table, pa.Table, Problems]:
        """Both tables with ids beside the names; row of ``leads`` -> (why it cannot be taken, field)."""
        problems: Problems = {}
        of = pc.index_in(events["lead_id"], value_set=_array(leads["lead_id"])).to_pylist()
        rows = range(leads.num_rows)
        channels = self._ids(_texts(leads, "source"), self.channel, rows, problems, "source")
        owners, teams = self._owners(leads, rows, problems)
        event_owners, event_teams = self._owners(events, of, problems)
        reasons = self._reasons_of(events, of, problems)
        leads = _put(leads, channel_id=channels, owner_id=owners, team_id=teams)
        seconds = self._ids(_texts(events, "second_reason"), self.reason, of, problems, "second_reason")
        events = _put(
            events,
            owner_id=event_owners,
            team_id=event_teams,
            reason_id=reasons,
            second_reason_id=seconds,
        )
        return leads, self._with_stages(events, of, problems), problems

    def _owners(
        self, table: pa.Table, of: Sequence[int], problems: Problems
    ) -> tuple[list[int | None], list[int | None]]:
        owners, teams = _texts(table, "owner"), _texts(table, "team")
        team_ids = self._ids(teams, self.team, of, problems, "team")
        pairs = [(owner, team or "") if owner else None for owner, team in zip(owners, teams, strict=True)]
        owner_ids = self._ids(pairs, lambda pair: self.person(*pair), of, problems, "owner")
        return owner_ids, team_ids

    def _reasons_of(self, events: pa.Table, of: Sequence[int], problems: Problems) -> list[int | None]:
        """A loss without a reason has the reason “not stated”; a reason of anything else is not kept."""
        lost = pc.equal(events["kind"].cast(pa.string()), Kind.LOST)
        given = column(events, "reason", pa.string()).fill_null("")
        wanted = pc.if_else(lost, given, pa.scalar(None, pa.string())).to_pylist()
        return self._ids(wanted, self.reason, of, problems, "reason")

    def _with_stages(self, events: pa.Table, of: Sequence[int], problems: Problems) -> pa.Table:
        wanted = _texts(events, "stage")
        found = [self.stages.get(key) if key else None for key in wanted]
        for row, key, stage in zip(of, wanted, found, strict=True):
            if key and stage is None:
                why = msg("The stage “%(stage)s” belongs to no stage of the process.", stage=key)
                problems.setdefault(row, (why, "stage"))
        at = events.schema.get_field_index("stage")
        stages = pa.array(found, pa.string())
        return events.append_column("stage", stages) if at < 0 else events.set_column(at, "stage", stages)

    @staticmethod
    def _ids(
        wanted: Sequence[object],
        find: Callable[..., Found],
        of: Sequence[int],
        problems: Problems,
        field: str,
    ) -> list[int | None]:
        found: dict[object, Found] = {name: find(name) for name in set(wanted) - {None}}
        bad = {name for name, record in found.items() if isinstance(record, Message)}
        if bad:
            for row, name in zip(of, wanted, strict=True):
                record = found.get(name)
                if isinstance(record, Message):
                    problems.setdefault(row, (record, field))
        ids = {name: None if name in bad else record for name, record in found.items()}
        return [ids.get(name) for name in wanted]  # type: ignore[misc]

    def channel(self, name: str) -> Found:
        return _known(self._channels, fold(name), lambda: self._channel(" ".join(name.split())[:120]))

    def _channel(self, name: str) -> Found:
        if found := Channel.objects.filter(name__iexact=name).first():
            return int(found.merged_into_id or found.pk)
        if self.create and self.reach.words:
            return int(Channel.objects.get_or_create(name=name)[0].pk)
        return msg("There is no channel “%(name)s”, and your role does not add one.", name=name)

    def team(self, name: str) -> Found:
        return _known(self._teams, fold(name), lambda: self._team(" ".join(name.split())[:120]))

    def _team(self, name: str) -> Found:
        if self.create and self.reach.people:
            return int(ensure_team(name=name, now=self.now).pk)
        if found := Team.objects.filter(name__iexact=name).first():
            if self.reach.teams is not None and found.pk not in self.reach.teams:
                return msg("“%(name)s” is none of your teams.", name=name)
            return int(found.pk)
        return msg("There is no team “%(name)s”. An administrator can add it.", name=name)

    def person(self, name: str, team: str) -> Found:
        return _known(self._people, (name, team), lambda: self._person(" ".join(name.split())[:120], team))

    def _person(self, name: str, team_name: str) -> Found:
        team_id = self.team(team_name) if team_name else None
        team = Team.objects.get(pk=team_id) if isinstance(team_id, int) else None
        if self.create and self.reach.people:
            found: User | None = ensure_person(name=name, now=self.now, team=team)
        else:
            found = _person_called(name, team)
        if found is None:
            return msg("There is nobody called “%(name)s”. An administrator can add people.", name=name)
        if self.reach.owners is not None and found.pk not in self.reach.owners:
            return msg("%(name)s is not in your teams.", name=name)
        return int(found.pk)

    def reason(self, name: str) -> Found:
        return _known(self._reasons, fold(name), lambda: self._reason(" ".join(name.split())[:120]))

    def _reason(self, name: str) -> Found:
        if not name or (self.create and self.reach.words):
            return int(ensure_loss_reason(name=name, now=self.now).pk)
        if found := LossReason.objects.filter(name_zh__iexact=name).first():
            return int(found.pk)
        if found := LossReason.objects.filter(name_en__iexact=name).first():
            return int(found.pk)
        return msg("There is no loss reason “%(name)s”, and your role does not add one.", name=name)


def _person_called(name: str, team: Team | None) -> User | None:
    same = User.objects.filter(display_name=name) | User.objects.filter(username__iexact=name)
    if team is not None and (found := same.filter(memberships__team=team).order_by("id").first()):
        return found
    return same.order_by("id").first()


def _known(known: dict[Any, Found], key: Any, find: Callable[[], Found]) -> Found:
    if key not in known:
        known[key] = find()
    return known[key]


def _texts(table: pa.Table, name: str) -> list[str | None]:
    return list(column(table, name, pa.string()).to_pylist())


def _array(values: pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _put(table: pa.Table, **columns: list[int | None]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.int64()))
    return table
