"""Tags that come and go with the facts under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from leadloop.grading.models import RuleTag
from leadloop.grading.rules import TagVerdict
from leadloop.leads.models import Lead, Tag

NAMES: Mapping[str, tuple[str, str]] = {
    "high_intent": ("高意向", "High intent"),
    "low_intent": ("低意向（仅咨询）", "Low intent (asking only)"),
    "budget_named": ("预算已明确", "Budget named"),
    "decision_maker_reached": ("已接触决策人", "Decision maker reached"),
    "not_now": ("暂不推进", "Not now"),
}
"""A tag has one name for everybody; those of shipped rules have it in the language of the installation."""

Wanted = Mapping[int, Sequence[TagVerdict]]
Pair = tuple[int, int]


def tag_name(key: str) -> str:
    if key not in NAMES:
        return key
    chinese, english = NAMES[key]
    return chinese if settings.LANGUAGE_CODE.startswith("zh") else english


def put_tags(wanted: Wanted, *, now: datetime) -> set[int]:
    """Exactly these tags of rules on these leads. Gives the leads whose tags are others now.

    A tag that a person has put on the lead stays theirs: no rule takes it away.
    """
    known = RuleTag.objects.filter(lead__pk__among=list(wanted)).values_list("lead_id", "tag_id", "pk")
    there = {(lead, tag): pk for lead, tag, pk in known}
    tag_ids = _tag_ids(tag.tag for tags in wanted.values() for tag in tags)
    due = {(pk, tag_ids[tag.tag]): tag for pk, tags in wanted.items() for tag in tags}
    gone, new = there.keys() - due.keys(), due.keys() - there.keys()
    on_leads = _pairs(wanted, {tag for _, tag in (*due, *there)}) if due or there else set()
    put = new - on_leads
    _remove([there[pair] for pair in gone], gone & on_leads)
    _put(put, {pair for pair in due if pair in there and pair not in on_leads}, due, now)
    return {pk for pk, _ in (gone & on_leads) | put}


def _tag_ids(keys: Iterable[str]) -> dict[str, int]:
    names = {key: tag_name(key) for key in set(keys)}
    if not names:
        return {}
    found = dict(Tag.objects.filter(name__in=names.values()).values_list("name", "id"))
    if missing := sorted(set(names.values()) - found.keys()):
        Tag.objects.bulk_create([Tag(name=name) for name in missing], ignore_conflicts=True)
        found = dict(Tag.objects.filter(name__in=names.values()).values_list("name", "id"))
    return {key: found[name] for key, name in names.items()}


def _pairs(leads: Iterable[int], tags: Iterable[int]) -> set[Pair]:
    rows = Lead.tags.through.objects.filter(lead__pk__among=list(leads), tag__in=list(tags))
    return set(rows.values_list("lead_id", "tag_id"))


def _remove(rule_tags: list[int], pairs: set[Pair]) -> None:
    RuleTag.objects.filter(pk__among=rule_tags).delete()
    by_tag: dict[int, list[int]] = {}
    for pk, tag in pairs:
        by_tag.setdefault(tag, []).append(pk)
    for tag, leads in by_tag.items():
        Lead.tags.through.objects.filter(tag=tag, lead__pk__among=leads).delete()


def _put(new: set[Pair], again: set[Pair], due: Mapping[Pair, TagVerdict], now: datetime) -> None:
    through = Lead.tags.through
    through.objects.bulk_create(
        [through(lead_id=pk, tag_id=tag) for pk, tag in sorted(new | again)], ignore_conflicts=True
    )
    RuleTag.objects.bulk_create(
        RuleTag(lead_id=pk, tag_id=tag, rule=due[pk, tag].number, remind=due[pk, tag].remind, since=now)
        for pk, tag in sorted(new)
    )
