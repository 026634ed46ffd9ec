"""The rules of assignment: edited in a draft, tried on last month's leads, then published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.assignment import operations, rules
from leadloop.assignment.permissions import require_rules
from leadloop.assignment.queries import policies, rehearsal
from leadloop.assignment.rules import CONDITIONS, EXPERIENCE, SHARES, Policy, Rule
from leadloop.assignment.web import draft as drafts
from leadloop.assignment.web.draft import Draft
from leadloop.assignment.web.reading import (
    Choice,
    Tab,
    actor_of,
    period_of,
    process_choices,
    process_of,
    require,
    tabs,
)
from leadloop.assignment.web.rule_forms import GeneralForm, RuleForm, initial_of
from leadloop.foundation.clock import now
from leadloop.foundation.errors import DataError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.people.permissions import may
from leadloop.people.queries import names_of
from leadloop.process.models import Process


@dataclass(frozen=True, slots=True)
class RuleRow:
    place: int
    number: int
    name: str
    conditions: tuple[tuple[str, str], ...]
    receivers: tuple[str, ...]
    how: tuple[str, ...]
    to_pool: bool
    problem: str
    broken: bool
    matched: int | None
    """Leads of the rehearsal that it gave to somebody."""
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class ShareRow:
    name: str
    a: int
    b: int
    c: int
    none: int
    total: int
    really: int
    share: float


@dataclass(frozen=True, slots=True)
class Trial:
    period: str
    leads: int
    rows: tuple[ShareRow, ...]
    unassigned: int
    by_customer: int
    everybody: int
    fewest: int
    most: int
    people: int
    cut: bool


@dataclass(frozen=True, slots=True)
class RulesPage:
    tabs: tuple[Tab, ...]
    processes: tuple[Choice, ...]
    query: str
    """Goes with every link: which process is edited."""
    rows: tuple[RuleRow, ...]
    rest: str
    general: tuple[tuple[str, str], ...]
    changed: bool
    may_edit: bool
    trial: Trial | None
    try_url: str


@login_required
def page(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require(user, "assign")
    process = process_of(request)
    draft = drafts.draft_of(request.session, process) if may(user, "manage_process") else None
    data = draft.policy if draft else drafts.published(process).policy
    policy = rules.read(data)
    trial, matched = _trial(request, process, policy) if "try" in request.GET else (None, None)

    return show(
        request,
        "assignment/rules.html",
        RulesPage(
            tabs=tabs(user, "assignment:rules"),
            processes=process_choices(process),
            query=f"?{urlencode({'process': process.key})}",
            rows=_rows(policy, matched),
            rest=_rest(policy),
            general=_general(policy),
            changed=bool(draft and draft.changed),
            may_edit=may(user, "manage_process"),
            trial=trial,
            try_url=f"?{urlencode({'process': process.key, 'try': '1'})}#trial",
        ),
    )


@login_required
def edit(request: HttpRequest, place: int | None = None) -> HttpResponse:
    """One rule; without a place, a new one at the end."""
    process, draft = _editing(request)
    rule = _rule_at(draft, place) if place is not None else {}
    form = RuleForm(sent(request), initial=initial_of(rule))
    if request.method == "POST" and form.is_valid():
        made = form.as_rule(str(rule.get("key") or drafts.new_key(draft.rules)))
        found = [*draft.rules, made] if place is None else [*draft.rules]
        if place is not None:
            found[place] = made
        if _keep(request, process, draft, {**draft.policy, "rules": found}, form):
            return leave(request, _address(process))
    title = _("New rule") if place is None else _("Rule %(number)s") % {"number": place + 1}
    text = _("A lead that fits every condition goes to the people named. The first rule that fits decides.")
    return show_form(
        request, FormPage(title=title, form=form, submit=_("Save draft"), back=_address(process), text=text)
    )


@login_required
def general(request: HttpRequest) -> HttpResponse:
    process, draft = _editing(request)
    form = GeneralForm(sent(request), initial={"otherwise": "everybody", **draft.policy})
    posted = request.method == "POST" and form.is_valid()
    if posted and _keep(request, process, draft, {**draft.policy, **form.cleaned_data}, form):
        return leave(request, _address(process))
    title = _("What holds for all rules")
    return show_form(
        request, FormPage(title=title, form=form, submit=_("Save draft"), back=_address(process))
    )


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Move or remove a rule, publish the draft or throw it away: ``do`` says which."""
    process, draft = _editing(request)
    do = request.POST.get("do", "")
    if do == "discard":
        drafts.drop(request.session, process)
        messages.info(request, _("Your changes are gone; the published rules hold."))
    elif do == "publish":
        operations.publish_assignment(
            process=process, policy=draft.policy, actor=actor_of(request), now=now(), seen=draft.seen
        )
        drafts.drop(request.session, process)
        messages.success(request, _("Published. New leads go by these rules from now on."))
    else:
        _reorder(draft, do, request.POST.get("place", ""))
        drafts.keep(request.session, process, draft)
    return redirect(_address(process))


def _reorder(draft: Draft, do: str, place: str) -> None:
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
    _rule_at(draft, at)
    found = [*draft.rules]
    rule = found.pop(at)
    if do in {"up", "down"}:
        found.insert(max(at + (1 if do == "down" else -1), 0), rule)
    elif do != "remove":
        raise NotFound(msg("There is no such page."))
    draft.policy["rules"] = found


def _rule_at(draft: Draft, place: int) -> Mapping[str, Any]:
    if not 0 <= place < len(draft.rules):
        raise NotFound(msg("There is no such rule."))
    found = draft.rules[place]
    return found if isinstance(found, Mapping) else {}


def _editing(request: HttpRequest) -> tuple[Process, Draft]:
    require_rules(actor_of(request))
    process = process_of(request)
    return process, drafts.draft_of(request.session, process)


def _keep(
    request: HttpRequest, process: Process, draft: Draft, policy: dict[str, Any], form: forms.Form
) -> bool:
    """Into the draft, unless the edited rule makes no sense; older faults of others do not hinder."""
    before = {rule.key: rule.problem for rule in rules.read(draft.policy).rules}
    wrong = [
        rule for rule in rules.read(policy).rules if rule.problem and before.get(rule.key) != rule.problem
    ]
    if wrong and wrong[0].problem is not None:
        blame(form, DataError(wrong[0].problem))
        return False
    draft.policy = policy
    drafts.keep(request.session, process, draft)
    return True


def _address(process: Process) -> str:
    return f"{reverse('assignment:rules')}?{urlencode({'process': process.key})}"


def _rows(policy: Policy, matched: Mapping[int, int] | None) -> tuple[RuleRow, ...]:
    known = policies.known()
    channels = {
        value
        for rule in policy.rules
        for one in rule.conditions
        if one.field == "channel"
        for value in one.values
    }
    people = {pk for rule in policy.rules for pk in rule.people}
    teams = {pk for rule in policy.rules for pk in rule.teams}
    names = policies.names(people, teams, channels)
    last = len(policy.rules)
    return tuple(
        RuleRow(
            place=rule.number - 1,
            number=rule.number,
            name=rule.name,
            conditions=tuple(
                (
                    CONDITIONS[one.field].render(_),
                    "、".join(_value(one.field, value, names) for value in one.values),
                )
                for one in rule.conditions
            ),
            receivers=_receivers(rule, names),
            how=_how(rule),
            to_pool=rule.to_pool,
            problem=gap.render(_) if (gap := rules.gaps(rule, known)) else "",
            broken=rule.problem is not None,
            matched=None if matched is None else matched.get(rule.number, 0),
            first=rule.number == 1,
            last=rule.number == last,
        )
        for rule in policy.rules
    )


def _value(field: str, value: str, names: Mapping[str, Mapping[str, str]]) -> str:
    return names["channels"].get(value, _("deleted channel")) if field == "channel" else value


def _receivers(rule: Rule, names: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    if not rule.people and not rule.teams:
        return (_("every representative"),)
    teams = [names["teams"].get(str(pk), "?") for pk in sorted(rule.teams)]
    return (*teams, *(names["people"].get(str(pk), "?") for pk in sorted(rule.people)))


def _how(rule: Rule) -> tuple[str, ...]:
    found = [SHARES[rule.share].render(_)]
    if rule.experience:
        found.append(EXPERIENCE[rule.experience].render(_))
    if rule.quota and rule.quota.days == 1:
        found.append(_("at most %(leads)s a person and day") % {"leads": rule.quota.leads})
    elif rule.quota:
        quota = {"leads": rule.quota.leads, "days": rule.quota.days}
        found.append(_("at most %(leads)s a person in %(days)s days") % quota)
    if rule.when_full == "pool":
        found.append(_("into the pool when nobody is free"))
    return tuple(found)


def _rest(policy: Policy) -> str:
    if policy.otherwise is None:
        return _("into the pool, for everybody to claim")
    how = SHARES[policy.otherwise.share].render(_)
    return (
        _("to the representative who has %(how)s") % {"how": how}
        if policy.otherwise.share != "round_robin"
        else _("to every representative in turn")
    )


def _general(policy: Policy) -> tuple[tuple[str, str], ...]:
    yes, no = _("yes"), _("no")
    return (
        (_("Open leads a person, at most"), str(policy.cap) if policy.cap else _("no cap")),
        (_("New leads of a customer go to the customer's owner"), yes if policy.stays_with_owner else no),
        (_("Nobody who is away gets leads"), yes if policy.skip_absent else no),
    )


def _trial(request: HttpRequest, process: Process, policy: Policy) -> tuple[Trial, Mapping[int, int]]:
    at = now()
    period = period_of(request, at, back=1)
    found = rehearsal.rehearse(process, policy, period, at)
    names = names_of(share.person_id for share in found.shares)
    most = max((share.total for share in found.shares), default=0)
    got = [share.total for share in found.shares if share.total]
    rows = tuple(
        ShareRow(
            name=names.get(share.person_id, "?"),
            a=share.grades["A"],
            b=share.grades["B"],
            c=share.grades["C"],
            none=share.grades[""],
            total=share.total,
            really=share.really,
            share=share.total / most if most else 0.0,
        )
        for share in found.shares
        if share.total or share.really
    )
    trial = Trial(
        period=str(period),
        leads=found.leads,
        rows=rows,
        unassigned=found.unassigned,
        by_customer=found.by_rule[-1],
        everybody=found.by_rule[0],
        fewest=min(got, default=0),
        most=most,
        people=len(got),
        cut=found.cut,
    )
    return trial, found.by_rule
