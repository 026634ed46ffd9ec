"""What can be done with many leads at once: each kind as the single operation, what it needs, and how it is
taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import BulkKind, Lead, State
from leadloop.leads.operations.edit import edit_lead
from leadloop.leads.operations.grading import give_grade, grade_holds
from leadloop.leads.operations.ownership import assign_lead, release_lead
from leadloop.leads.operations.screening import invalidate_lead, validate_lead
from leadloop.leads.operations.stages import move_stage
from leadloop.people.models import Team, User
from leadloop.process.models import Stage

Params = Mapping[str, Any]
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Who:
    actor: User | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Doing:
    """One kind. ``check`` refuses params that no lead could take; the rest is asked of each lead."""

    verb: Verb
    check: Callable[[Params], Params]
    is_so: Callable[[Lead, Params, User | None], bool]
    before: Callable[[Lead], dict[str, Any]]
    do: Callable[[Lead, Params, Who], object]
    restore: Callable[[Lead, Params, Who], object]


def _check_owner(params: Params) -> Params:
    owner = User.objects.filter(pk=params.get("owner") or 0, is_active=True).first()
    if owner is None:
        raise DataError(msg("Choose who gets the leads."), field="owner")
    return {"owner": owner.pk}


def _check_grade(params: Params) -> Params:
    grade, reason = str(params.get("grade", "")), str(params.get("reason", "")).strip()
    rules.check_grade(grade)
    rules.check_lengths({"reason": reason})
    return {"grade": grade, "reason": reason}


def _check_stage(params: Params) -> Params:
    key, reason = str(params.get("stage", "")), str(params.get("reason", "")).strip()
    if not Stage.objects.filter(key=key, won=False).exists():
        raise DataError(msg("Choose a stage."), field="stage")
    return {"stage": key, "reason": reason}


def _check_tags(params: Params) -> Params:
    tags = list(dict.fromkeys(" ".join(str(name).split())[:60] for name in params.get("tags", ())))
    tags = [name for name in tags if name]
    if not tags:
        raise DataError(msg("Name at least one tag."), field="tags")
    if len(tags) > MOST_TAGS:
        raise DataError(msg("At most %(most)s tags at once.", most=MOST_TAGS), field="tags")
    return {"tags": tags}


def _check_cause(params: Params) -> Params:
    reason, note = str(params.get("reason", "")), str(params.get("note", "")).strip()
    if reason not in rules.INVALID_BECAUSE:
        raise DataError(msg("Choose why the leads are invalid."), field="reason")
    if reason == "other" and not note:
        raise DataError(msg("“Other” needs a note that says why."), field="note")
    return {"reason": reason, "note": note}


def _stage_of(lead: Lead, key: str) -> Stage:
    stage = Stage.objects.filter(version=lead.version_id, key=key).first()
    if stage is None:
        raise DataError(msg("The process of this lead has no such stage."), field="stage")
    return stage


def _tags(lead: Lead) -> list[str]:
    return sorted(tag.name for tag in lead.tags.all())


def _edit(lead: Lead, who: Who, **changes: Any) -> None:
    edit_lead(lead=lead, changes=changes, actor=who.actor, now=who.now)


def _grade(lead: Lead, params: Params, who: Who) -> None:
    # Actions begun before reasons were asked for have none.
    reason = params.get("reason") or str(msg("Given to many leads at once."))
    give_grade(lead=lead, grade=params["grade"], reason=reason, actor=who.actor, now=who.now)


def _grade_back(lead: Lead, before: Params, who: Who) -> None:
    if lead.grade == before["grade"]:
        # It was the rules' own grade, which somebody only held fast.
        give_grade(lead=lead, grade="", reason="", actor=who.actor, now=who.now)
    else:
        _edit(lead, who, grade=before["grade"])


def _assign(lead: Lead, params: Params, who: Who) -> None:
    assign_lead(lead=lead, owner=User.objects.get(pk=params["owner"]), actor=who.actor, now=who.now)


def _assign_back(lead: Lead, before: Params, who: Who) -> None:
    if before["owner"] is None:
        release_lead(lead=lead, actor=who.actor, now=who.now)
        return
    team = Team.objects.filter(pk=before["team"] or 0).first()
    owner = User.objects.get(pk=before["owner"])
    assign_lead(lead=lead, owner=owner, team=team, actor=who.actor, now=who.now)


def _move(lead: Lead, params: Params, who: Who) -> None:
    move_stage(
        lead=lead,
        stage=_stage_of(lead, params["stage"]),
        reason=params["reason"],
        actor=who.actor,
        now=who.now,
    )


def _move_back(lead: Lead, before: Params, who: Who) -> None:
    move_stage(
        lead=lead,
        stage=Stage.objects.get(pk=before["stage"]),
        reason=str(msg("A bulk action was undone.")),
        actor=who.actor,
        now=who.now,
    )


def _tag(lead: Lead, params: Params, who: Who) -> None:
    _edit(lead, who, tags=_joined(_tags(lead), params["tags"]))


def _untag(lead: Lead, params: Params, who: Who) -> None:
    _edit(lead, who, tags=[name for name in _tags(lead) if name not in params["tags"]])


def _joined(held: Iterable[str], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*held, *more]))


def _invalidate(lead: Lead, params: Params, who: Who) -> None:
    invalidate_lead(lead=lead, reason=params["reason"], note=params["note"], actor=who.actor, now=who.now)


def _validate_back(lead: Lead, before: Params, who: Who) -> None:
    validate_lead(lead=lead, actor=who.actor, now=who.now)
    if lead.validity != before["validity"]:
        _edit(lead, who, validity=before["validity"])


def _tags_before(lead: Lead) -> dict[str, Any]:
    return {"tags": _tags(lead)}


def _restore_tags(lead: Lead, before: Params, who: Who) -> None:
    _edit(lead, who, tags=before["tags"])


DOINGS: Mapping[BulkKind, Doing] = MappingProxyType(
    {
        BulkKind.ASSIGN: Doing(
            Verb.ASSIGN,
            _check_owner,
            lambda lead, params, actor: lead.owner_id == params["owner"],
            lambda lead: {"owner": lead.owner_id, "team": lead.team_id},
            _assign,
            _assign_back,
        ),
        BulkKind.GRADE: Doing(
            Verb.EDIT,
            _check_grade,
            lambda lead, params, actor: grade_holds(lead, params["grade"], actor),
            lambda lead: {"grade": lead.grade},
            _grade,
            _grade_back,
        ),
        BulkKind.STAGE: Doing(
            Verb.MOVE,
            _check_stage,
            lambda lead, params, actor: lead.state == State.OPEN and lead.stage.key == params["stage"],
            lambda lead: {"stage": lead.stage_id},
            _move,
            _move_back,
        ),
        BulkKind.TAG: Doing(
            Verb.EDIT,
            _check_tags,
            lambda lead, params, actor: set(params["tags"]) <= set(_tags(lead)),
            _tags_before,
            _tag,
            _restore_tags,
        ),
        BulkKind.UNTAG: Doing(
            Verb.EDIT,
            _check_tags,
            lambda lead, params, actor: set(params["tags"]).isdisjoint(_tags(lead)),
            _tags_before,
            _untag,
            _restore_tags,
        ),
        BulkKind.INVALIDATE: Doing(
            Verb.INVALIDATE,
            _check_cause,
            lambda lead, params, actor: lead.state == State.INVALID,
            lambda lead: {"validity": lead.validity},
            _invalidate,
            _validate_back,
        ),
    }
)
"""Exporting many is no doing: it changes nothing."""
