"""Conditions in words, for a chip above the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from leadloop.leads.conditions import BY_KEY, Condition, Group, operators_of
from leadloop.leads.fitting import SPANS, Type
from leadloop.leads.models import Channel, State, Validity
from leadloop.leads.web.columns import DISCOVERED, TEMPERATURES
from leadloop.people.models import Team, User
from leadloop.people.queries import owners_for
from leadloop.process.models import LossReason, Stage


def sentence(tree: Group, reader: User) -> str:
    return _group(tree, reader, outermost=True)


def _group(group: Group, reader: User, *, outermost: bool = False) -> str:
    joiner = (
        pgettext("between two conditions", " and ")
        if group.join == "and"
        else pgettext("between two conditions", " or ")
    )
    parts = [
        _group(part, reader) if isinstance(part, Group) else _condition(part, reader) for part in group.parts
    ]
    text = joiner.join(part for part in parts if part)
    return text if outermost or len(parts) < 2 else f"({text})"


def _condition(condition: Condition, reader: User) -> str:
    field = BY_KEY[condition.field]
    operator = next(op for op in operators_of(field) if op.key == condition.operator)
    title, does = field.title.render(_), operator.title.render(_)
    if operator.takes == "days":
        return f"{title} {does.replace('…', condition.values[0])}"
    values = [SPANS[condition.values[0]].render(_)] if operator.takes == "span" else _names(condition, reader)
    joiner = "–" if operator.takes == "two" else pgettext("between the items of a list", ", ")
    return " ".join(part for part in (title, does, joiner.join(values)) if part)


def _names(condition: Condition, reader: User) -> list[str]:
    field = BY_KEY[condition.field]
    if field.type not in {Type.IDS, Type.CHOICE} or not condition.values:
        return list(condition.values)
    if field.key == "owner":
        return list(known_owners(reader, condition.values).values())
    names = _LOOK_UP[field.key](condition.values) if field.key in _LOOK_UP else {}
    return [names.get(value, value) for value in condition.values]


def known_owners(reader: User, values: Sequence[str]) -> dict[str, str]:
    """Their names; whom the reader could not choose from a list has none: an address names anybody."""
    others = [value for value in values if value != str(reader.pk)]
    found = {str(reader.pk): str(reader)}
    if others:
        found |= {str(user.pk): str(user) for user in owners_for(reader).filter(pk__in=others)}
    return {value: found.get(value) or _("unknown person") for value in values}


def _teams(values: Sequence[str]) -> dict[str, str]:
    return {str(team.pk): team.name for team in Team.objects.filter(pk__in=values)}


def _channels(values: Sequence[str]) -> dict[str, str]:
    return {str(channel.pk): channel.name for channel in Channel.objects.filter(pk__in=values)}


def _reasons(values: Sequence[str]) -> dict[str, str]:
    return {str(reason.pk): reason.name for reason in LossReason.objects.filter(pk__in=values)}


def _stages(values: Sequence[str]) -> dict[str, str]:
    return {stage.key: stage.name for stage in Stage.objects.filter(key__in=values)}


_LOOK_UP: Mapping[str, Callable[[Sequence[str]], dict[str, str]]] = {
    "team": _teams,
    "channel": _channels,
    "reason": _reasons,
    "stage": _stages,
    "state": lambda values: {state.value: str(state.label) for state in State},
    "temperature": lambda values: {key: str(title) for key, title in TEMPERATURES.items()},
    "discovery": lambda values: {key: str(title) for key, title in DISCOVERED.items()},
    "validity": lambda values: {kind.value: str(kind.label) for kind in Validity},
}
