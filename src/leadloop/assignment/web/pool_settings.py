"""The rules of the pools and of conflicts, as pages for operations."""

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
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from leadloop.assignment import operations
from leadloop.assignment.permissions import require_rules
from leadloop.assignment.pools import LISTED, SHOWABLE, Pool, PoolPolicy
from leadloop.assignment.queries import policies
from leadloop.assignment.rules import CONDITIONS
from leadloop.assignment.web.draft import new_key
from leadloop.assignment.web.reading import Choice, Tab, actor_of, process_choices, process_of, tabs
from leadloop.assignment.web.rule_forms import Words, words
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads.models import Channel
from leadloop.people.models import Team
from leadloop.process.models import Process
from leadloop.process.queries import current_version


@dataclass(frozen=True, slots=True)
class PoolRow:
    place: int | None
    """None is the common pool."""
    number: int
    name: str
    conditions: tuple[tuple[str, str], ...]
    seen_by: str
    claimed_by: str
    shown: str
    limits: tuple[str, ...]
    own_page_only: bool
    problem: str


@dataclass(frozen=True, slots=True)
class PoolsPage:
    tabs: tuple[Tab, ...]
    processes: tuple[Choice, ...]
    query: str
    rows: tuple[PoolRow, ...]
    general: tuple[tuple[str, str], ...]


@login_required
def page(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require_rules(user)
    process = process_of(request)
    policy = policies.pool_policy(process)
    return show(
        request,
        "assignment/pools.html",
        PoolsPage(
            tabs=tabs(user, "assignment:pools"),
            processes=process_choices(process),
            query=f"?{urlencode({'process': process.key})}",
            rows=_rows(policy),
            general=_general(policy, policies.conflict_policy(process)),
        ),
    )


class _Seen(forms.Form):
    seen_by = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Seen by the teams"),
        queryset=Team.objects.all(),
        required=False,
        help_text=gettext_lazy("None: every representative."),
    )
    claimed_by = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Claimed by the teams"),
        queryset=Team.objects.all(),
        required=False,
        help_text=gettext_lazy("None: whoever sees it."),
    )
    shown_before_claim = forms.MultipleChoiceField(
        label=gettext_lazy("Shown before a claim"),
        required=False,
        help_text=gettext_lazy(
            "Without customer, industry, region and channel, the leads exist on the pool page only."
        ),
    )
    daily_views = forms.IntegerField(
        label=gettext_lazy("Details of so many leads a day"),
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text=gettext_lazy("0 is no limit."),
    )
    cooling_off_hours = forms.IntegerField(
        label=gettext_lazy("Hours of rest before anybody may claim"), min_value=0, max_value=8_760, initial=0
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown_before_claim"].choices = words(SHOWABLE)  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
                field.widget.attrs["data-pick"] = ""

    def rules(self) -> dict[str, Any]:
        data = self.cleaned_data
        teams = {name: [team.pk for team in data[name]] for name in ("seen_by", "claimed_by")}
        return teams | {
            name: data[name] for name in ("shown_before_claim", "daily_views", "cooling_off_hours")
        }


class PoolForm(_Seen):
    name = forms.CharField(label=pgettext_lazy("of a rule or a pool", "Name"), max_length=120)
    region = Words(gettext_lazy("Region is"), "region")
    industry = Words(gettext_lazy("Industry is"), "industry")
    size = Words(gettext_lazy("Company size is"), "size")
    channel = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Channel is, or is below"), queryset=Channel.objects.all(), required=False
    )
    grade = forms.MultipleChoiceField(
        label=gettext_lazy("Grade is"), choices=[(one, one) for one in "ABC"], required=False
    )
    field_order = ("name", "region", "industry", "size", "channel", "grade")

    def as_pool(self, key: str) -> dict[str, Any]:
        data = self.cleaned_data
        when: dict[str, list[str]] = {
            name: data[name] for name in ("region", "industry", "size", "grade") if data[name]
        }
        if data["channel"]:
            when["channel"] = [str(one.pk) for one in data["channel"]]
        return {"key": key, "name": " ".join(data["name"].split()), "when": when, **self.rules()}


class GeneralForm(_Seen):
    """The common pool, and what holds for all of them."""

    return_a = forms.FloatField(
        label=gettext_lazy("A leads go back after days"),
        min_value=0,
        max_value=3_650,
        help_text=gettext_lazy("0: never."),
    )
    return_b = forms.FloatField(
        label=gettext_lazy("B leads go back after days"), min_value=0, max_value=3_650
    )
    return_c = forms.FloatField(
        label=gettext_lazy("C leads go back after days"), min_value=0, max_value=3_650
    )
    warn_days_before = forms.FloatField(
        label=gettext_lazy("Owners are warned days before"), min_value=0, max_value=365
    )
    open_claims_per_person = forms.IntegerField(
        label=gettext_lazy("Open claims a person, at most"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("0 is no limit."),
    )
    own_former_lead_days = forms.FloatField(
        label=gettext_lazy("Days before one may claim one's own former lead"), min_value=0, max_value=3_650
    )
    hold = forms.BooleanField(
        label=gettext_lazy("Hold a new lead whose customer has an open lead of somebody else"), required=False
    )
    field_order = (
        "return_a",
        "return_b",
        "return_c",
        "warn_days_before",
        "open_claims_per_person",
        "own_former_lead_days",
        "hold",
    )

    def as_policy(self, present: Mapping[str, Any]) -> dict[str, Any]:
        data = self.cleaned_data
        days = {grade: data[f"return_{grade.lower()}"] for grade in "ABC"}
        names = ("warn_days_before", "open_claims_per_person", "own_former_lead_days")
        return {
            **present,
            **self.rules(),
            **{name: data[name] for name in names},
            "return_after_days": {grade: value for grade, value in days.items() if value},
        }


@login_required
def general(request: HttpRequest) -> HttpResponse:
    process = _editing(request)
    present, conflict = _present(process)
    days = present.get("return_after_days", {})
    initial = {
        **present,
        **{f"return_{grade.lower()}": days.get(grade, 0) for grade in "ABC"},
        "hold": conflict.get("hold", True),
    }
    form = GeneralForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = {**conflict, "hold": form.cleaned_data["hold"]}
        if _publish(request, process, form.as_policy(present), changed, form):
            return leave(request, _address(process))
    title = _("Common pool and what holds for all")
    return show_form(request, FormPage(title=title, form=form, submit=_("Publish"), back=_address(process)))


@login_required
def edit(request: HttpRequest, place: int | None = None) -> HttpResponse:
    """One pool; without a place, a new one."""
    process = _editing(request)
    present, conflict = _present(process)
    rows = list(present.get("pools") or [])
    old = _pool_at(rows, place) if place is not None else {}
    when = old.get("when")
    shown = {"shown_before_claim": present.get("shown_before_claim")}
    plain = {name: value for name, value in old.items() if name != "when"}
    initial = {**shown, **(dict(when) if isinstance(when, Mapping) else {}), **plain}
    form = PoolForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = form.as_pool(str(old.get("key") or new_key(rows).replace("r", "p")))
        found = [*rows, made] if place is None else [*rows[:place], made, *rows[place + 1 :]]
        if _publish(request, process, {**present, "pools": found}, conflict, form):
            return leave(request, _address(process))
    title = _("New pool") if place is None else str(old.get("name") or _("Pool"))
    text = _("Leads without owner wait in the first pool whose conditions they all fit.")
    return show_form(
        request, FormPage(title=title, form=form, submit=_("Publish"), back=_address(process), text=text)
    )


@login_required
@require_POST
def remove(request: HttpRequest, place: int) -> HttpResponse:
    """Its leads wait in the next pool that fits, at the latest in the common one."""
    process = _editing(request)
    present, conflict = _present(process)
    rows = list(present.get("pools") or [])
    _pool_at(rows, place)
    operations.publish_pools(
        process=process,
        policy={**present, "pools": [*rows[:place], *rows[place + 1 :]]},
        conflict=conflict,
        actor=actor_of(request),
        now=now(),
    )
    messages.success(request, _("Removed. Its leads wait in the next pool that they fit."))
    return redirect(_address(process))


def _editing(request: HttpRequest) -> Process:
    require_rules(actor_of(request))
    return process_of(request)


def _present(process: Process) -> tuple[dict[str, Any], dict[str, Any]]:
    found = current_version(process).policies
    return dict(found.get("pool", {})), dict(found.get("conflict", {}))


def _publish(
    request: HttpRequest,
    process: Process,
    policy: Mapping[str, Any],
    conflict: Mapping[str, Any],
    form: forms.Form,
) -> bool:
    try:
        operations.publish_pools(
            process=process, policy=policy, conflict=conflict, actor=actor_of(request), now=now()
        )
    except LeadloopError as error:
        blame(form, error)
        return False
    messages.success(request, _("Published. The pools go by these rules from now on."))
    return True


def _pool_at(rows: list[Any], place: int) -> Mapping[str, Any]:
    if not 0 <= place < len(rows):
        raise NotFound(msg("There is no such pool."))
    found = rows[place]
    return found if isinstance(found, Mapping) else {}


def _address(process: Process) -> str:
    return f"{reverse('assignment:pools')}?{urlencode({'process': process.key})}"


def _rows(policy: PoolPolicy) -> tuple[PoolRow, ...]:
    teams = {team for pool in policy.pools for team in pool.seen_by | pool.claimed_by}
    channels = {
        v for pool in policy.pools for one in pool.conditions if one.field == "channel" for v in one.values
    }
    names = policies.names((), teams, channels)
    last = len(policy.pools) - 1
    return tuple(_row(pool, None if n == last else n, n + 1, names) for n, pool in enumerate(policy.pools))


def _row(pool: Pool, place: int | None, number: int, names: Mapping[str, Mapping[str, str]]) -> PoolRow:
    def teams(ids: frozenset[int], nobody: str) -> str:
        return "、".join(names["teams"].get(str(pk), "?") for pk in sorted(ids)) or nobody

    limits = []
    if pool.daily_views:
        limits.append(_("details of %(views)s leads a day") % {"views": pool.daily_views})
    if pool.cooling_off_hours:
        limits.append(_("%(hours)s hours of rest first") % {"hours": pool.cooling_off_hours})
    return PoolRow(
        place=place,
        number=number,
        name=pool.name or _("Common pool"),
        conditions=tuple(
            (
                CONDITIONS[one.field].render(_),
                "、".join(
                    names["channels"].get(v, _("deleted channel")) if one.field == "channel" else v
                    for v in one.values
                ),
            )
            for one in pool.conditions
        ),
        seen_by=teams(pool.seen_by, _("every representative")),
        claimed_by=teams(pool.claimed_by, _("whoever sees it")),
        shown="、".join(text.render(_) for name, text in SHOWABLE.items() if name in pool.shown)
        or _("nothing"),
        limits=tuple(limits),
        own_page_only=not pool.shown >= LISTED or bool(pool.daily_views),
        problem=pool.problem.render(_) if pool.problem else "",
    )


def _general(policy: PoolPolicy, conflict: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    days = " · ".join(
        _("%(grade)s after %(days)s days") % {"grade": grade, "days": f"{value:g}"}
        for grade, value in policy.return_after_days.items()
    )
    return (
        (_("Back to the pool without follow-up"), days or pgettext("a lead goes back", "never")),
        (_("Owners are warned"), _("%(days)s days before") % {"days": f"{policy.warn_days_before:g}"}),
        (_("Open claims a person, at most"), str(policy.open_claims or _("no limit"))),
        (_("One's own former lead"), _("after %(days)s days") % {"days": f"{policy.own_former_lead_days:g}"}),
        (
            _("New lead of somebody else's customer"),
            _("held for the managers") if conflict.get("hold", True) else _("not held"),
        ),
    )
