"""The history of one lead, from the journal, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leadloop.analysis.scope import Visibility
from leadloop.analysis.tables import BY_CLOCK, Kind
from leadloop.customers.models import Customer
from leadloop.foundation.messages import Message, msg
from leadloop.journal.models import Event
from leadloop.leads import wording
from leadloop.leads.models import Channel, Lead, Remark
from leadloop.leads.permissions import contacts_readable
from leadloop.people.queries import names_of, team_names
from leadloop.process.models import Stage
from leadloop.process.queries import loss_reason_names


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``late``: written down more than a day after it happened."""

    id: int
    kind: Kind
    occurred_at: datetime
    recorded_at: datetime
    actor: str | None
    """None: the program, an import."""
    message: Message
    remark: str = ""
    amount: Any = None
    late: bool = False
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a higher package knows about a journal row: a template of its own with what it shows."""

    template: str
    record: Any


def timeline(lead: Lead, visibility: Visibility | None = None, limit: int = 500) -> list[Entry]:
    """Newest first. A reader to whom the contact is masked gets no remarks: they are free words."""
    newest = Event.objects.filter(lead_id=lead.pk).order_by("-occurred_at", "-id")[:limit]
    events = list(newest)
    readable = visibility is None or contacts_readable(lead, visibility)
    remarks = dict(Remark.objects.filter(lead=lead).values_list("event_id", "text")) if readable else {}
    names = _names(events)
    why = {number: said for explain in _explainers for number, said in explain(lead).items()}
    beside = {number: shown for know in _knowing for number, shown in know(lead, readable).items()}
    entries = (_entry(event, names, remarks.get(event.pk, ""), why.get(event.pk)) for event in _told(events))
    return [replace(one, beside=beside[one.id]) if one.id in beside else one for one in entries]


Explain = Callable[[Lead], Mapping[int, Message]]
_explainers: list[Explain] = []


def explain_with(explain: Explain) -> None:
    """Have ``explain`` say why journal rows of a lead came about (row's number -> words).

    Called from ``AppConfig.ready`` by packages that decide by rules.
    """
    if explain not in _explainers:
        _explainers.append(explain)


Know = Callable[[Lead, bool], Mapping[int, Beside]]
_knowing: list[Know] = []


def show_with(know: Know) -> None:
    """Have ``know`` show what belongs to journal rows of a lead (row's number -> template and record).

    It is told whether the reader may read free words. Called from ``AppConfig.ready`` by packages that keep
    records of what the journal only counts.
    """
    if know not in _knowing:
        _knowing.append(know)


def _told(events: Sequence[Event]) -> list[Event]:
    """Without rows that say the same twice: a win writes the entry into the won stage beside itself; and
    without contacts that were taken back when their time was corrected.
    """
    corrected: dict[datetime, int] = {}
    for event in events:
        if event.kind == Kind.TAKEN_BACK:
            corrected[event.occurred_at] = max(event.pk, corrected.get(event.occurred_at, 0))
    return [event for event in events if not _is_silent(event, corrected)]


def _is_silent(event: Event, corrected: Mapping[datetime, int]) -> bool:
    if event.kind == Kind.FOLLOWED_UP:
        return event.pk < corrected.get(event.occurred_at, 0)
    return event.kind == Kind.STAGE and event.data.get("how") == "won"


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of everything that the rows point at: one query for each kind of thing."""

    users: Mapping[int, str]
    teams: Mapping[int, str]
    stages: Mapping[int, str]
    reasons: Mapping[int, str]
    channels: Mapping[int, str]
    customers: Mapping[int, str]


def _names(events: Sequence[Event]) -> _Names:
    def ids(*attributes: str) -> set[int]:
        return {
            value for event in events for name in attributes if (value := getattr(event, name)) is not None
        }

    def facts(name: str) -> set[int]:
        return {int(event.data[name]) for event in events if event.data.get(name) is not None}

    return _Names(
        users=names_of(ids("actor_id", "owner_id")),
        teams=team_names(ids("team_id")),
        stages={stage.pk: stage.name for stage in Stage.objects.filter(pk__in=ids("stage_id"))},
        reasons=loss_reason_names(ids("reason_id", "second_reason_id")),
        channels=dict(Channel.objects.filter(pk__in=facts("source")).values_list("id", "name")),
        customers=dict(Customer.objects.filter(pk__in=facts("customer_id")).values_list("id", "name")),
    )


def _entry(event: Event, names: _Names, remark: str, why: Message | None) -> Entry:
    kind = Kind(event.kind)
    told = _TELL[kind](event, names) if kind in _TELL else _SAID[kind]
    return Entry(
        id=event.pk,
        kind=kind,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=None if event.actor_id is None else names.users.get(event.actor_id),
        message=told if why is None else _joined([why], told),
        remark=remark,
        amount=event.amount,
        late=(event.recorded_at - event.occurred_at).days >= 1,
    )


_SAID: Mapping[Kind, Message] = MappingProxyType(
    {
        Kind.FOLLOWED_UP: msg("Followed up"),
        Kind.TAKEN_BACK: msg("Time of a follow-up corrected: it was not at this moment"),
        Kind.VALIDATED: msg("Marked valid"),
        Kind.MERGED: msg("Merged into another lead"),
        Kind.UNMERGED: msg("Merge undone"),
        Kind.WITHDRAWN: msg("Import undone"),
        Kind.HANDED_OVER: msg("Handed over to sales"),
        Kind.ACCEPTED: msg("Lead accepted"),
        Kind.REJECTED: msg("Lead returned"),
    }
)

_CLOCKS: Mapping[tuple[str, str], Message] = MappingProxyType(
    {
        ("first_response", "remind"): msg("Owner reminded: first follow-up"),
        ("first_response", "escalate"): msg("First follow-up overdue: manager told"),
        ("first_response", "propose"): msg("Still no first follow-up: another owner or the pool proposed"),
        ("cadence", "remind"): msg("Owner reminded: next contact"),
        ("cadence", "escalate"): msg("Next contact overdue: manager told"),
        ("handoff", "escalate"): msg("Handoff not answered in time: manager told"),
    }
)


def _by_clock(event: Event, names: _Names) -> Message:
    return _CLOCKS.get((event.data.get("clock", ""), event.data.get("step", "")), msg("Reminder"))


def _registered(event: Event, names: _Names) -> Message:
    source = event.data.get("source")
    if source is None:
        return msg("Captured")
    return msg("Captured through %(channel)s", channel=names.channels.get(int(source), "?"))


def _edited(event: Event, names: _Names) -> Message:
    # In the order of the form: PostgreSQL does not keep the order of a document's keys.
    facts = [_fact(field, event.data[field], names) for field in wording.FIELDS if field in event.data]
    changed = [wording.FIELDS[name] for name in event.data.get("fields", []) if name in wording.FIELDS]
    return _joined([*facts, *changed], msg("Edited"))


def _fact(field: str, value: object, names: _Names) -> Message:
    shown: object = value
    if field == "source" and value is not None:
        shown = names.channels.get(int(str(value)), "?")
    elif field == "customer_id" and value is not None:
        shown = names.customers.get(int(str(value)), "?")
    elif field == "validity":
        shown = msg("valid") if value == "valid" else msg("unclear")
    return msg("%(field)s: %(value)s", field=wording.FIELDS[field], value="–" if shown is None else shown)


def _joined(parts: Sequence[Message], head: Message) -> Message:
    for part in parts:
        head = msg("%(before)s · %(part)s", before=head, part=part)
    return head


def _released(event: Event, names: _Names) -> Message:
    how = event.data.get("how")
    if how == "no_follow_up":
        return msg("Returned to the pool: no follow-up in time")
    if how == "held":
        return msg("Held until a manager decides whose customer it is")
    return msg("Returned to the pool")


def _assigned(event: Event, names: _Names) -> Message:
    owner = names.users.get(event.owner_id or 0, "?")
    if event.data.get("how") == "claimed":
        return msg("Claimed from the pool by %(owner)s", owner=owner)
    if event.team_id is None:
        return msg("Assigned to %(owner)s", owner=owner)
    return msg("Assigned to %(owner)s (%(team)s)", owner=owner, team=names.teams.get(event.team_id, "?"))


def _stage(event: Event, names: _Names) -> Message:
    stage = names.stages.get(event.stage_id or 0, "?")
    how = event.data.get("how")
    if how == "back":
        return msg("Went back to %(stage)s", stage=stage)
    if how == "skip":
        return msg("Skipped ahead to %(stage)s", stage=stage)
    return msg("Moved to %(stage)s", stage=stage)


def _lost(event: Event, names: _Names) -> Message:
    reasons = [names.reasons.get(pk, "?") for pk in (event.reason_id, event.second_reason_id) if pk]
    told = msg("Lost: %(reasons)s", reasons=" / ".join(reasons))
    if competitor := event.data.get("competitor"):
        return msg("%(told)s (competitor: %(competitor)s)", told=told, competitor=competitor)
    return told


def _reopened(event: Event, names: _Names) -> Message:
    if event.stage_id is None:
        return msg("Reopened")
    return msg("Reopened in %(stage)s", stage=names.stages.get(event.stage_id, "?"))


def _invalidated(event: Event, names: _Names) -> Message:
    cause = wording.INVALID_BECAUSE.get(event.data.get("cause", ""))
    return msg("Marked invalid: %(cause)s", cause=cause) if cause else msg("Marked invalid")


_TELL: Mapping[Kind, Callable[[Event, _Names], Message]] = MappingProxyType(
    {
        Kind.REGISTERED: _registered,
        Kind.EDITED: _edited,
        Kind.ASSIGNED: _assigned,
        Kind.RELEASED: _released,
        Kind.STAGE: _stage,
        Kind.LOST: _lost,
        Kind.WON: lambda event, names: msg("Won"),
        Kind.REOPENED: _reopened,
        Kind.INVALIDATED: _invalidated,
        **dict.fromkeys(BY_CLOCK, _by_clock),
    }
)
