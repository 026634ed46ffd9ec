"""The page on which the rules are edited. What they would do is shown at once, before they are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.pages import leave, show
from leadloop.foundation.ui.tabs import Tab
from leadloop.grading import facts, operations, queries
from leadloop.grading.fields import LIMITS, MANY, OPS_OF, Field, Fields, Kind, Op
from leadloop.grading.impact import Impact, impact_of
from leadloop.grading.models import Run
from leadloop.grading.operations.rule_tags import tag_name
from leadloop.grading.permissions import reviews
from leadloop.grading.policies import read_policy
from leadloop.grading.rules import GRADES, Policy
from leadloop.grading.web import draft as drafts
from leadloop.grading.web.draft import Draft, DraftCondition, DraftRow
from leadloop.grading.web.pages import reader_of, tabs
from leadloop.grading.wording import LINES, OPS, PARTS
from leadloop.people.permissions import may
from leadloop.process.models import Process, Version
from leadloop.process.queries import current_version, default_process, get, processes


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ConditionView:
    place: str
    fields: tuple[tuple[str, tuple[Option, ...]], ...]
    """By group."""
    ops: tuple[Option, ...]
    widget: str
    """``choices``, ``number``, ``text``, or nothing where no value is needed."""
    choices: tuple[Option, ...]
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class RowView:
    place: str
    number: int
    head: str
    every: bool
    remind: bool
    conditions: tuple[ConditionView, ...]
    problem: Message | None


@dataclass(frozen=True, slots=True)
class GroupView:
    key: str
    title: str
    kind: str
    """``grade``, ``tag`` or ``points``."""
    rows: tuple[RowView, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    grade: str
    before: int
    after: int
    difference: str
    kind: str


@dataclass(frozen=True, slots=True)
class ImpactView:
    figures: tuple[Figure, ...]
    moves: tuple[tuple[str, str, int], ...]
    impact: Impact
    sentence: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    tabs: tuple[Tab, ...]
    processes: tuple[Option, ...]
    process: str
    version: int
    may_publish: bool
    rules: GroupView
    tags: GroupView
    parts: tuple[GroupView, ...]
    lines: tuple[GroupView, ...]
    hot: str
    warm: str
    per_point: str
    corrections_stay: bool
    impact: ImpactView
    error: Message | None
    run: Run | None
    run_total: int


@dataclass(frozen=True, slots=True)
class RunPage:
    run: Run | None
    run_total: int


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    if not reviews(user):
        raise NotAllowed(msg("Only managers and sales operations see the grading rules."))
    process = get(key) if (key := request.GET.get("process", "")) else default_process()
    version = current_version(process)
    offered = facts.fields()
    error = None
    if request.method == "POST":
        found = drafts.draft_from(request.POST)
        drafts.tidy(found, offered)
        do = request.POST.get("do", "")
        if do == "publish":
            error = _publish(request, process, found)
            if error is None:
                return leave(request, f"{reverse('grading:rules')}?process={process.key}")
        drafts.act(found, do)
    else:
        found = drafts.draft_of(*facts.policy_data(version))
    page = _page(request, process, version, found, offered, error)
    part = request.method == "POST" and request.headers.get("HX-Request")
    template = "grading/rules_form.html" if part else "grading/rules.html"
    return show(request, template, page, status=422 if error else 200)


def _publish(request: HttpRequest, process: Process, found: Draft) -> Message | None:
    seen = request.POST.get("seen", "")
    try:
        run = operations.publish_rules(
            process=process,
            grading=drafts.grading_data(found),
            tags=drafts.tags_data(found),
            actor=reader_of(request),
            now=now(),
            seen=int(seen) if seen.isdigit() and len(seen) < 9 else None,
        )
    except LeadloopError as error:
        return error.message
    # Loads the queue's library: not for every page.
    from leadloop.grading.tasks import do_run

    do_run(run.pk)
    messages.success(request, _("Published. Open leads are graded by the new rules now."))
    return None


@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """How far the leads are brought up to the rules; asked for again while it runs."""
    process = get(key) if (key := request.GET.get("process", "")) else default_process()
    run = queries.last_run(process)
    return show(request, "grading/run.html", RunPage(run, _total(process, run)))


def _total(process: Process, run: Run | None) -> int:
    return queries.open_leads(process) if run is not None and run.finished_at is None else 0


def _page(
    request: HttpRequest,
    process: Process,
    version: Version,
    found: Draft,
    offered: Fields,
    error: Message | None,
) -> RulesPage:
    user = reader_of(request)
    policy = read_policy(drafts.grading_data(found), drafts.tags_data(found), offered)
    impact = impact_of(policy, offered, process=process, user=user, now=now())
    run = queries.last_run(process)
    groups = {key: _group(key, rows, policy, found, offered) for key, rows in found.groups.items()}
    return RulesPage(
        tabs=tabs(user, "rules"),
        processes=tuple(Option(one.key, one.name, one == process) for one in processes()),
        process=process.key,
        version=version.number,
        may_publish=may(user, "manage_process"),
        rules=groups["rules"],
        tags=groups["tags"],
        parts=tuple(group for key, group in groups.items() if key.startswith("points.")),
        lines=tuple(group for key, group in groups.items() if key.startswith("score.")),
        hot=found.hot,
        warm=found.warm,
        per_point=found.per_point,
        corrections_stay=policy.corrections_stay,
        impact=_impact(impact),
        error=error,
        run=run,
        run_total=_total(process, run),
    )


def _group(key: str, rows: list[DraftRow], policy: Policy, found: Draft, offered: Fields) -> GroupView:
    problems = _problems(key, policy, found)
    kind = {"rules": "grade", "tags": "tag"}.get(key, "points")
    name = found.names.get(key, "")
    titles: Mapping[str, Message] = {f"points.{part}": title for part, title in PARTS.items()}
    title = titles.get(key) or LINES.get(name) or msg("%(text)s", text=name)
    return GroupView(
        key=key,
        title=title.render(_),
        kind=kind,
        rows=tuple(
            _row(
                f"{key}/{number}",
                number,
                row,
                kind,
                problems[number] if number < len(problems) else None,
                offered,
            )
            for number, row in enumerate(rows)
        ),
        name=name,
    )


def _problems(key: str, policy: Policy, found: Draft) -> list[Message | None]:
    if key == "rules":
        return [rule.problem for rule in policy.rules]
    if key == "tags":
        return [rule.problem for rule in policy.tags]
    if key.startswith("points."):
        scale = next(scale for scale in policy.parts if f"points.{scale.key}" == key)
    else:
        lines = [group for group in found.groups if group.startswith("score.")]
        scale = policy.lines[lines.index(key)]
    return [step.problem for step in scale.steps]


def _row(
    place: str, number: int, row: DraftRow, kind: str, problem: Message | None, offered: Fields
) -> RowView:
    return RowView(
        place=place,
        number=number + 1,
        head=tag_name(row.head) if kind == "tag" else row.head,
        every=row.every,
        remind=row.remind,
        conditions=tuple(
            _condition(f"{place}/{part}", condition, offered) for part, condition in enumerate(row.conditions)
        ),
        problem=problem,
    )


def _condition(place: str, draft: DraftCondition, offered: Fields) -> ConditionView:
    known = offered.get(draft.fact)
    op = Op(draft.op) if draft.op in set(Op) else None
    ops = OPS_OF[known.kind] if known else tuple(Op)
    return ConditionView(
        place=place,
        fields=_field_options(draft.fact, offered),
        ops=tuple(Option(str(one), OPS[one].render(_), one == op) for one in ops),
        widget=_widget(known, op),
        choices=_choices(known, draft.values),
        value="、".join(draft.values) if op in MANY else "".join(draft.values[-1:]),
        unit=_("days") if known and known.kind == Kind.DAYS and op in LIMITS else "",
    )


def _widget(known: Field | None, op: Op | None) -> str:
    if op in LIMITS:
        return "number"
    if op not in MANY:
        return ""
    return "choices" if known and known.kind == Kind.CHOICE else "text"


def _choices(known: Field | None, values: list[str]) -> tuple[Option, ...]:
    if known is None:
        return ()
    return tuple(Option(value, title.render(_), value in values) for value, title in known.choices.items())


def _field_options(chosen: str, offered: Fields) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    titles = {"qualification": _("Qualification"), "lead": _("Lead"), "signals": _("Signals")}
    groups: dict[str, list[Option]] = {}
    for one in offered.values():
        option = Option(one.key, one.title.render(_), one.key == chosen)
        groups.setdefault(titles.get(one.group, one.group), []).append(option)
    if chosen not in offered:
        gone = Option(chosen, _("%(field)s (no longer exists)") % {"field": chosen or "?"}, True)
        groups = {"—": [gone], **groups}
    return tuple((title, tuple(options)) for title, options in groups.items())


def _impact(found: Impact) -> ImpactView:
    figures = tuple(_figure(grade, found) for grade in (*GRADES, ""))
    moves = sorted(found.moves.items(), key=lambda pair: -pair[1])
    return ImpactView(
        figures=figures,
        moves=tuple((before or "–", after or "–", count) for (before, after), count in moves),
        impact=found,
        sentence=_sentence(found),
    )


def _figure(grade: str, found: Impact) -> Figure:
    before, after = found.before.get(grade, 0), found.after.get(grade, 0)
    step = after - before
    words: Any = f"+{step:,}" if step > 0 else f"−{-step:,}"
    return Figure(grade or _("not graded"), before, after, words if step else "", grade or "none")


def _sentence(found: Impact) -> str:
    if not found.total:
        return _("There is no open lead to try the rules on.")
    if not found.changed:
        return _("No open lead would change its grade.")
    return ngettext(
        "%(count)s of %(total)s open leads would change its grade.",
        "%(count)s of %(total)s open leads would change their grade.",
        found.changed,
    ) % {"count": f"{found.changed:,}", "total": f"{found.total:,}"}
