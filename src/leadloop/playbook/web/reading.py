"""Find and read scripts, and see how they changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.analysis.methods.wilson import wilson
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.tabs import Tab
from leadloop.people.kept import steady
from leadloop.people.models import User
from leadloop.playbook import queries
from leadloop.playbook.models import Language, Part, Purpose, Script, ScriptVersion
from leadloop.playbook.permissions import require_reading, writes
from leadloop.playbook.queries import Uses, finding
from leadloop.playbook.queries.finding import NONE, Wanted
from leadloop.playbook.rules import GRADES, Line, difference, words_of
from leadloop.playbook.web.shown import Shown, own_language, shown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVERY = "all"
DRAFTS, RETIRED = "drafts", "retired"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """A select of the bar above the list."""

    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ScriptsPage:
    tabs: tuple[Tab, ...]
    picks: tuple[Pick, ...]
    text: str
    purpose: str
    sections: tuple[Section, ...]
    total: int
    asked: bool
    """Something is left out by the choices."""
    may_write: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    url: str
    note: str
    by: str
    at: datetime
    state: str
    """``live``, ``draft`` or empty."""


@dataclass(frozen=True, slots=True)
class UseFigures:
    times: int
    people: int
    leads: int
    closed: int
    won: int
    few: bool
    interval: tuple[float, float] | None

    @property
    def share(self) -> float | None:
        return self.won / self.closed if self.closed else None


@dataclass(frozen=True, slots=True)
class ScriptPage:
    key: str
    script: Shown
    retired: bool
    published: bool
    """Whether there is a version that everybody reads."""
    draft: VersionRow | None
    versions: tuple[VersionRow, ...]
    uses: UseFigures | None
    may_write: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    key: str
    script: Shown
    versions: tuple[VersionRow, ...]
    before: int | None
    """With which version it is compared."""
    facts: tuple[tuple[str, str, str], ...]
    """What it is for, where that changed: name, before, after."""
    lines: tuple[Line, ...]


@login_required
@steady()
def scripts(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    wanted = _wanted(request)
    state = request.GET.get("purpose", "")
    rows = _of_state(user, state) if state in {DRAFTS, RETIRED} else finding.find(wanted)
    uses = queries.uses_of(user, [one.script_id for one in rows])
    page = ScriptsPage(
        tabs=_tabs(request, user, wanted, state),
        picks=_picks(wanted, state),
        text=wanted.text,
        purpose=state,
        sections=_sections(rows, uses),
        total=len(rows),
        asked=bool(wanted.text or wanted.industry or wanted.stage or wanted.grade or state),
        may_write=writes(user),
    )
    return show(request, "playbook/scripts.html", page)


@login_required
@steady()
def script(request: HttpRequest, key: str) -> HttpResponse:
    user = reader_of(request)
    found = queries.by_key(key, user)
    rows = _versions(found, user)
    draft = next((row for row in rows if row.state == "draft"), None)
    told = found.live or found.versions.select_related("script", "by").latest("number")
    uses = queries.uses_of(user, [found.pk]).get(found.pk)
    page = ScriptPage(
        key=key,
        script=shown(told),
        retired=found.retired_at is not None,
        published=found.live is not None,
        draft=draft,
        versions=rows,
        uses=_figures(uses) if uses else None,
        may_write=writes(user),
    )
    return show(request, "playbook/script.html", page)


@login_required
@steady()
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One version and what it changed; ``?with=`` names another one to compare it with."""
    user = reader_of(request)
    found = queries.by_key(key, user)
    readable = _readable(found, user)
    one = get_object_or_404(readable, number=number)
    asked = request.GET.get("with", "")
    earlier = readable.filter(number=int(asked)) if asked.isdecimal() else readable.filter(number__lt=number)
    before = earlier.order_by("-number").first()
    page = VersionPage(
        key=key,
        script=shown(one),
        versions=_versions(found, user),
        before=None if before is None else before.number,
        facts=_changed_facts(before, one) if before else (),
        lines=difference(before.text if before else "", one.text),
    )
    return show(request, "playbook/version.html", page)


def reader_of(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    require_reading(user)
    return user


def _wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    language = asked.get("language", own_language())
    return Wanted(
        text=asked.get("q", "").strip()[:200],
        purpose=asked.get("purpose", "") if asked.get("purpose", "") in Purpose.values else "",
        industry=asked.get("industry", "")[:200],
        stage=asked.get("stage", "")[:60],
        grade=asked.get("grade", "")[:1],
        language=language if language in Language.values else "",
    )


def _of_state(user: User, state: str) -> tuple[ScriptVersion, ...]:
    if not writes(user):
        raise NotFound(msg("There is no such page."))
    return tuple(finding.drafts() if state == DRAFTS else finding.retired())


def _tabs(request: HttpRequest, user: User, wanted: Wanted, state: str) -> tuple[Tab, ...]:
    kept = [(name, value) for name, value in request.GET.items() if name != "purpose" and value]
    counts = {"": 0, **dict.fromkeys(Purpose.values, 0)}
    for one in finding.find(_without_purpose(wanted)):
        counts[one.purpose] += 1
        counts[""] += 1
    named: list[tuple[str, StrOrPromise]] = [("", _("All")), *Purpose.choices]
    if writes(user):
        for key, title, rows in (
            (DRAFTS, _("Drafts"), finding.drafts()),
            (RETIRED, _("Retired"), finding.retired()),
        ):
            if (number := rows.count()) or state == key:
                named.append((key, title))
                counts[key] = number
    return tuple(
        Tab(str(title), f"?{urlencode([('purpose', key), *kept])}", key == state, counts[key])
        for key, title in named
    )


def _without_purpose(wanted: Wanted) -> Wanted:
    return Wanted(
        text=wanted.text,
        industry=wanted.industry,
        stage=wanted.stage,
        grade=wanted.grade,
        language=wanted.language,
    )


def _picks(wanted: Wanted, state: str) -> tuple[Pick, ...]:
    if state in {DRAFTS, RETIRED}:
        return ()
    industries = [(text, words_of(text)[0]) for text in finding.industries(wanted.language)]
    grades = [(grade, _("Grade %(grade)s") % {"grade": grade}) for grade in GRADES]
    asked = {key for one in queries.live() for key in words_of(one.stages)}
    stages = [(key, name) for key, name in queries.stage_names(in_use=True).items() if key in asked]
    languages = [(value, str(title)) for value, title in Language.choices]
    return (
        _pick("industry", _("Industry"), _("for every industry"), industries, wanted.industry),
        _pick("stage", _("Stage"), _("in every stage"), stages, wanted.stage),
        _pick("grade", _("Grade"), _("for every grade"), grades, wanted.grade),
        Pick(
            "language",
            _("Language"),
            tuple(
                Choice(value, title, value == (wanted.language or EVERY))
                for value, title in [*languages, (EVERY, _("All languages"))]
            ),
        ),
    )


def _pick(name: str, title: str, general: str, values: list[tuple[str, str]], asked: str) -> Pick:
    choices = [("", title), *values, (NONE, general)]
    return Pick(name, title, tuple(Choice(value, text, value == asked) for value, text in choices))


def _sections(rows: Iterable[ScriptVersion], uses: Mapping[int, Uses]) -> tuple[Section, ...]:
    by_purpose: dict[str, list[Shown]] = {value: [] for value in Purpose.values}
    parts = {value: place for place, value in enumerate(Part.values)}
    ordered = sorted(rows, key=lambda one: (one.industry != "", one.industry, parts.get(one.part, 0)))
    for one in ordered:
        by_purpose[one.purpose].append(shown(one, uses.get(one.script_id)))
    return tuple(
        Section(str(Purpose(purpose).label), tuple(found)) for purpose, found in by_purpose.items() if found
    )


def _readable(script: Script, user: User) -> QuerySet[ScriptVersion]:
    rows = ScriptVersion.objects.filter(script=script).select_related("script", "by", "published_by")
    return rows if writes(user) else rows.filter(published_at__isnull=False)


def _versions(script: Script, user: User) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            number=row.number,
            url=reverse("playbook:version", args=[script.key, row.number]),
            note=row.note,
            by=str(row.published_by or row.by or ""),
            at=row.published_at or row.at,
            state="draft" if row.published_at is None else "live" if row.pk == script.live_id else "",
        )
        for row in _readable(script, user).order_by("-number")
    )


def _changed_facts(before: ScriptVersion, after: ScriptVersion) -> tuple[tuple[str, str, str], ...]:
    old, new = shown(before), shown(after)
    pairs = (
        (_("Title"), old.title, new.title),
        (_("Purpose"), old.purpose, new.purpose),
        (_("Part of SPIN"), old.part, new.part),
        (_("Industry"), "、".join(old.industries), "、".join(new.industries)),
        (_("Grades"), old.grades, new.grades),
        (_("Stages"), "、".join(old.stages), "、".join(new.stages)),
        (_("Language"), old.language, new.language),
    )
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _figures(uses: Uses) -> UseFigures:
    found = uses.outcome
    return UseFigures(
        times=uses.times,
        people=uses.people,
        leads=found.leads,
        closed=found.closed,
        won=found.won,
        few=uses.few,
        interval=wilson(found.won, found.closed),
    )
