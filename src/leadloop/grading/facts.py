"""Where the facts come from that rules ask for: columns of leads and qualifications, and further sources.

Signals (visits, downloads, replies) and fields that a team adds itself are not known here. Whoever keeps
them offers a :class:`FactSource`; its fields can then be asked for in rules like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils import timezone

from leadloop.foundation.messages import msg
from leadloop.grading import fields as known
from leadloop.grading.fields import Field, Fields, Kind, Value
from leadloop.grading.policies import read_policy
from leadloop.grading.rules import Engine, Facts
from leadloop.grading.standing import Raw
from leadloop.leads.models import Channel, Lead
from leadloop.people.kept import Kept
from leadloop.process import shipped
from leadloop.process.models import Process, Version
from leadloop.process.queries import current_version


class FactSource(Protocol):
    """Facts about leads that another part of the program keeps."""

    def fields(self) -> Iterable[Field]: ...

    def values(self, lead_ids: Sequence[int], now: datetime) -> Mapping[int, Facts]:
        """What is known of these leads; a lead or a field of which nothing is known is left out."""
        ...


_sources: list[FactSource] = []


def offer(source: FactSource) -> None:
    """Let rules ask for the fields of ``source``. Called from ``AppConfig.ready``."""
    if source not in _sources:
        _sources.append(source)


@dataclass(frozen=True, slots=True)
class Moment:
    now: datetime
    today: date

    @classmethod
    def of(cls, now: datetime) -> Moment:
        return cls(now, timezone.localdate(now))


@dataclass(frozen=True, slots=True)
class Column:
    """How one fact is read: the columns it needs, and its value from what they hold."""

    paths: tuple[str, ...]
    read: Callable[[Sequence[Any], Moment], Value]


def _text(values: Sequence[Any], moment: Moment) -> Value:
    return values[0] or None


def _there(word: str) -> Callable[[Sequence[Any], Moment], Value]:
    return lambda values, moment: word if values[0] else None


def _number(values: Sequence[Any], moment: Moment) -> Value:
    found = next((value for value in values if value is not None), None)
    return None if found is None else float(found)


def _yes_no(values: Sequence[Any], moment: Moment) -> Value:
    return None if values[0] is None else ("yes" if values[0] else "no")


def _yes(values: Sequence[Any], moment: Moment) -> Value:
    return "yes" if values[0] else None


def _days_until(values: Sequence[Any], moment: Moment) -> Value:
    """A day that has passed without a purchase says nothing any more: the customer has to be asked again."""
    days = None if values[0] is None else (values[0] - moment.today).days
    return None if days is None or days < 0 else days


def _days_since(values: Sequence[Any], moment: Moment) -> Value:
    found = next((value for value in values if value is not None), None)
    return None if found is None else max((moment.now - found) // timedelta(days=1), 0)


def _id(values: Sequence[Any], moment: Moment) -> Value:
    return None if values[0] is None else str(values[0])


def _of_qualification(*names: str) -> tuple[str, ...]:
    return tuple(f"qualification__{name}" for name in names)


COLUMNS: Mapping[str, Column] = {
    "budget": Column(_of_qualification("budget"), _text),
    "budget_amount": Column(_of_qualification("budget_high", "budget_low"), _number),
    "need": Column(_of_qualification("need"), _text),
    "authority": Column(_of_qualification("authority"), _text),
    "contact_role": Column(_of_qualification("contact_role"), _text),
    "purchase_in": Column(_of_qualification("purchase_by"), _days_until),
    "not_now": Column(_of_qualification("not_now"), _yes),
    "intent": Column(_of_qualification("intent"), _number),
    "only_asking": Column(_of_qualification("only_asking"), _yes_no),
    "channel": Column(("channel_id",), _id),
    "industry": Column(("industry",), _text),
    "region": Column(("region",), _text),
    "size": Column(("size",), _text),
    "source_detail": Column(("source_detail",), _text),
    "campaign": Column(("campaign",), _text),
    "first_need": Column(("first_need",), _there("described")),
    "phone": Column(("contact__phone",), _there("given")),
    "email": Column(("contact__email",), _there("given")),
    "expected_amount": Column(("expected_amount",), _number),
    "follow_ups": Column(("follow_up_count",), _number),
    "age": Column(("captured_at",), _days_since),
    "silence": Column(("last_followed_up_at", "captured_at"), _days_since),
}


def fields() -> Fields:
    """Everything that a rule may ask for now."""
    names = Channel.objects.values_list("id", "name")
    channel = Field(
        "channel", msg("channel"), Kind.CHOICE, {str(pk): msg("%(text)s", text=name) for pk, name in names}
    )
    offered = (field for source in _sources for field in source.fields())
    return known.by_key((*known.QUALIFICATION, channel, *known.LEAD, *offered))


def policy_data(version: Version) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Grading and tag rules of a version; what an old one does not have yet is as shipped."""
    usual = shipped.policies()
    policies = version.policies
    return {**usual["grading"], **policies.get("grading", {})}, policies.get("tags", {})


def engine_for(process: Process) -> tuple[Engine, Version]:
    """The engine of the rules as they hold now, whatever version a lead runs on."""
    version = current_version(process)
    known = _current()
    if version.pk not in known:
        known[version.pk] = engine_of(version)
    return known[version.pk], version


_current: Kept[dict[int, Engine]] = Kept(dict)
"""By published version."""


_engines: dict[str, Engine] = {}
_FEW = 32


def engine_of(version: Version) -> Engine:
    """Kept between calls by what the policy says, not by its number: drafts are engines, too."""
    key = json.dumps([version.policies.get("grading"), version.policies.get("tags")], sort_keys=True)
    found = _engines.get(key)
    if found is None:
        if len(_engines) >= _FEW:
            _engines.clear()
        found = _engines[key] = build_engine(*policy_data(version))
    return found


def build_engine(
    grading: Mapping[str, Any], tags: Mapping[str, Any], offered: Fields | None = None
) -> Engine:
    offered = fields() if offered is None else offered
    return Engine(read_policy(grading, tags, offered), offered)


class Reader:
    """Reads for many leads what an engine asks for."""

    def __init__(self, keys: Iterable[str], now: datetime) -> None:
        self.moment = Moment.of(now)
        wanted = list(keys)
        self.columns = [(key, COLUMNS[key]) for key in wanted if key in COLUMNS]
        self.paths = list(dict.fromkeys(path for _, column in self.columns for path in column.paths))
        place = {path: number for number, path in enumerate(self.paths)}
        self._places = [
            (key, column.read, tuple(place[path] for path in column.paths)) for key, column in self.columns
        ]
        self.foreign = [key for key in wanted if key not in COLUMNS]

    def facts(self, row: Sequence[Any]) -> dict[str, Value]:
        """``row``: the values of :attr:`paths`."""
        moment = self.moment
        return {key: read([row[place] for place in places], moment) for key, read, places in self._places}

    def raw(self, row: Sequence[Any], keys: Iterable[str]) -> Raw:
        """The stored values under the facts ``keys``, as JSON can hold them."""
        wanted = set(keys)
        return {
            key: [_plain(row[place]) for place in places]
            for key, _, places in self._places
            if key in wanted and key not in AGEING
        }

    def foreign_facts(self, lead_ids: Sequence[int]) -> Mapping[int, Facts]:
        """From further sources, asked only when a rule wants one of their fields."""
        if not self.foreign:
            return {}
        found: dict[int, dict[str, Value]] = {}
        for source in _sources:
            for pk, facts in source.values(lead_ids, self.moment.now).items():
                found.setdefault(pk, {}).update(facts)
        return found


AGEING = frozenset(field.key for field in known.LEAD if field.ages)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None) else str(value)


def rows_of(leads: QuerySet[Lead], paths: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return leads.values_list(*paths).iterator(5_000)
