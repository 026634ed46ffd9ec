"""Reads about grades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from leadloop.foundation.messages import Message, from_data, msg
from leadloop.grading.facts import Reader, engine_for
from leadloop.grading.models import Grading, Judgement, Qualification, RuleTag, Run, Source
from leadloop.grading.rules import Contribution, Verdict
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.process.models import Process

FROM_FILE = msg("As given in the file")
BY_HAND = msg("Given by hand")


@dataclass(frozen=True, slots=True)
class GradeView:
    """The grade of one lead and everything that it says about itself."""

    grade: str
    """Empty: there is none yet; ``missing`` says what to ask."""
    source: str
    """Whose grade holds: a :class:`Source`."""
    rule: int | None
    reason: Message
    said: str
    """What the person who gave it wrote."""
    by: User | None
    at: datetime | None
    accepted_by: User | None
    """A manager who found the present grade right, without taking it over."""
    version: int | None
    """Number of the version of the rules."""
    rule_grade: str
    rule_reason: Message
    missing: tuple[Message, ...]
    bant: int
    temperature: str
    points: int | None
    contributions: tuple[Contribution, ...]

    @property
    def overridden(self) -> bool:
        return self.source != Source.RULE

    @property
    def disagrees(self) -> bool:
        return self.overridden and bool(self.rule_grade) and self.rule_grade != self.grade


def grade_of(lead: Lead, *, now: datetime) -> GradeView:
    """The grade that holds, and how the rules see the lead at this moment."""
    verdict = verdict_of(lead, now=now)
    stored = Grading.objects.select_related("version", "rep", "manager").filter(pk=lead.pk).first()
    source = _source(lead, stored)
    by, at = _who(stored, source)
    words = _words(lead, source)
    return GradeView(
        grade=lead.grade,
        source=source,
        rule=stored.rule if stored else None,
        reason=_reason(stored, verdict, source),
        said=words,
        by=by,
        at=at,
        accepted_by=_accepted_by(lead, stored, source),
        version=stored.version.number if stored and stored.version else None,
        rule_grade=verdict.grade,
        rule_reason=verdict.reason,
        missing=verdict.missing,
        bant=verdict.bant,
        temperature=verdict.temperature,
        points=verdict.points,
        contributions=verdict.contributions,
    )


def verdict_of(lead: Lead, *, now: datetime) -> Verdict:
    """What the rules say of a lead now; nothing is stored."""
    engine, _ = engine_for(lead.process)
    reader = Reader(engine.asks, now)
    row = Lead.objects.filter(pk=lead.pk).values_list(*reader.paths).get() if reader.paths else ()
    return engine.judge({**reader.facts(row), **reader.foreign_facts([lead.pk]).get(lead.pk, {})})


def _source(lead: Lead, stored: Grading | None) -> str:
    if stored is None:
        return str(Source.FILE if lead.grade else Source.RULE)
    return stored.held_by


def _who(stored: Grading | None, source: str) -> tuple[User | None, datetime | None]:
    if stored is None:
        return None, None
    if source == Source.MANAGER:
        return stored.manager, stored.manager_at
    return (stored.rep, stored.rep_at) if source == Source.REP else (None, stored.graded_at)


def _accepted_by(lead: Lead, stored: Grading | None, source: str) -> User | None:
    if stored is None or source == Source.MANAGER or stored.manager_grade != lead.grade or not lead.grade:
        return None
    return stored.manager


def _words(lead: Lead, source: str) -> str:
    if source not in {Source.MANAGER, Source.REP}:
        return ""
    said = Judgement.objects.filter(lead=lead, role=source, accepted=False).values_list("reason", flat=True)
    return said.first() or ""


def _reason(stored: Grading | None, verdict: Verdict, source: str) -> Message:
    if source == Source.FILE:
        return FROM_FILE
    if source != Source.RULE:
        return BY_HAND
    return from_data(stored.reason) if stored and stored.reason else verdict.reason


def reasons_of(lead_ids: Iterable[int]) -> dict[int, Message]:
    """Why each of these leads has its grade, as stored; leads that were never graded are left out."""
    rows = Grading.objects.filter(lead__pk__among=list(lead_ids))
    found = {}
    for pk, held_by, reason in rows.values_list("pk", "held_by", "reason"):
        words = {Source.FILE: FROM_FILE, Source.RULE: from_data(reason)}
        found[pk] = words.get(Source(held_by), BY_HAND)
    return found


def qualification_of(lead: Lead) -> Qualification | None:
    return Qualification.objects.filter(pk=lead.pk).first()


def last_run(process: Process) -> Run | None:
    return Run.objects.filter(process=process).order_by("-started_at", "-pk").first()


def open_leads(process: Process) -> int:
    return Lead.objects.filter(process=process, state=State.OPEN).count()


def reminders(leads: QuerySet[Lead], *, since: datetime) -> QuerySet[RuleTag]:
    """Tags with a reminder that rules put on these open leads since then, newest first.

    Whoever was in touch with the customer afterwards needs no reminding any more. Asked tag by tag: the new
    ones are few, the leads of a manager are many.
    """
    due = leads.order_by().filter(pk=OuterRef("lead_id"), state=State.OPEN, owner__isnull=False)
    due = due.exclude(last_followed_up_at__gte=OuterRef("since"))
    rows = RuleTag.objects.filter(Exists(due), remind=True, since__gte=since)
    return rows.select_related("lead__customer", "lead__owner", "tag").order_by("-since", "-pk")
