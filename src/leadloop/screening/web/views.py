"""The work list of cleaning: rules with their counts, and leads to be mended where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.numbers import grouped
from leadloop.foundation.ui.forms import UNPROCESSABLE, FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, part_for, show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.leads import wording
from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations import edit_lead, invalidate_lead
from leadloop.leads.queries import WITH
from leadloop.leads.rules import INVALID_BECAUSE
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.screening import operations, queries
from leadloop.screening.models import Finding, Severity
from leadloop.screening.queries import Work
from leadloop.screening.rules import RULES
from leadloop.screening.web.items import Choice, Item, Refused, item, offered_channels

PER_PAGE = 25
NAMES = {Severity.HIGH: "high", Severity.MEDIUM: "medium", Severity.LOW: "low"}
POOL = "pool"


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    leads: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    title: str
    leads: str
    url: str
    active: bool
    kind: str
    bulk: str
    """Address of the form that marks all of them invalid; empty where the rule leaves doubt."""


@dataclass(frozen=True, slots=True)
class WorkPage:
    tabs: tuple[Tab, ...]
    rules: tuple[RuleLine, ...]
    rules_address: str
    items: tuple[Item, ...]
    total: int
    pages: Pages
    owners: tuple[Choice, ...]
    owner: str
    keep: tuple[tuple[str, str], ...]
    accepted: bool
    accepted_address: str
    rule_title: str
    all_rules: str
    channels: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class RulesPart:
    rules: tuple[RuleLine, ...]
    rules_address: str


@dataclass(frozen=True, slots=True)
class ItemPart:
    item: Item
    channels: tuple[Choice, ...]
    mended: bool


class InvalidForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Why is it invalid?"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        reason.choices = [(key, wording.INVALID_BECAUSE[key].render(_)) for key in INVALID_BECAUSE]


@login_required
def work_list(request: HttpRequest) -> HttpResponse:
    user = _cleaner(request)
    asked = _asked(request)
    if part_for(request, "rules"):
        return show(request, "screening/_rules.html", RulesPart(_rules(user, asked), _address(asked)))
    tabs, asked = _tabs(user, asked)
    found = queries.leads(user, asked)
    total = found.count()
    number = _page_number(request)
    shown = list(found[(number - 1) * PER_PAGE : number * PER_PAGE])
    findings = queries.of_leads((lead.pk for lead in shown), accepted=asked.accepted)
    page = WorkPage(
        tabs=tabs,
        rules=_rules(user, asked),
        rules_address=_address(asked),
        items=tuple(item(user, lead, findings.get(lead.pk, ())) for lead in shown),
        total=total,
        pages=pages(number, total, PER_PAGE, lambda page: _address(asked, page=page)),
        owners=_owners(user, asked),
        owner=_owner_text(asked),
        keep=tuple(pair for pair in _parameters(asked) if pair[0] != "owner"),
        accepted=asked.accepted,
        accepted_address=_address(replace(asked, accepted=not asked.accepted, rule="", severity=None)),
        rule_title=RULES[asked.rule].title.render(_) if asked.rule else "",
        all_rules=_address(replace(asked, rule="")),
        channels=offered_channels(),
    )
    return show(request, "screening/list.html", page)


@login_required
@require_POST
def mend(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Write one fact of the lead; what is wrong then is found out by the rules, not here."""
    user = _cleaner(request)
    finding = queries.get(user, finding_id)
    lead = finding.lead
    value = request.POST.get("value", "").strip()
    try:
        edit_lead(
            lead=lead,
            changes={finding.field: _meant(finding.field, value)},
            actor=user,
            now=now(),
            seen=_seen(request),
        )
    except LeadloopError as error:
        if not request.headers.get("HX-Request"):
            raise
        return _item(request, user, lead, Refused(finding_id, value, error.message.render(_)))
    return _after(request, user, lead)


@login_required
@require_POST
def accept(request: HttpRequest, finding_id: int) -> HttpResponse:
    user = _cleaner(request)
    finding = queries.get(user, finding_id)
    operations.accept_finding(finding=finding, actor=user, now=now())
    return _after(request, user, finding.lead)


@login_required
@require_POST
def reopen(request: HttpRequest, finding_id: int) -> HttpResponse:
    user = _cleaner(request)
    finding = queries.get(user, finding_id)
    operations.reopen_finding(finding=finding, actor=user, now=now())
    return _after(request, user, finding.lead, accepted=True)


@login_required
def invalidate(request: HttpRequest, finding_id: int) -> HttpResponse:
    user = _cleaner(request)
    finding = queries.get(user, finding_id)
    form = InvalidForm(sent(request), initial={"reason": RULES[finding.rule].cause or "wrong_contact"})
    if request.method == "POST" and form.is_valid():
        try:
            invalidate_lead(lead=finding.lead, actor=user, now=now(), **form.cleaned_data)
        except LeadloopError as error:
            blame(form, error)
        else:
            messages.success(
                request, _("%(customer)s is marked invalid.") % {"customer": finding.lead.customer.name}
            )
            return leave(request, _back(request))
    page = FormPage(
        title=f"{_('Mark invalid')} · {finding.lead.customer.name}",
        form=form,
        submit=_("Mark invalid"),
        back=reverse("screening:list"),
        text=_("An invalid lead counts in no conversion rate, only in data quality."),
        danger=True,
    )
    return show_form(request, page)


@login_required
def bulk(request: HttpRequest) -> HttpResponse:
    user = _cleaner(request)
    work = _asked(request)
    rule = RULES.get(work.rule)
    if rule is None or not rule.certain:
        raise UsageError(msg("This rule leaves doubt: decide lead by lead."), field="rule")
    found = min(queries.leads(user, work).count(), operations.MOST_AT_ONCE)
    form = forms.Form(sent(request))
    if request.method == "POST":
        done = operations.invalidate_certain(work=work, actor=user, now=now())
        _tell(request, done)
        return leave(request, _address(replace(work, rule="")))
    text = ngettext(
        "%(count)s lead is marked invalid with the reason “%(reason)s”. It can be marked valid again "
        "on its page.",
        "%(count)s leads are marked invalid with the reason “%(reason)s”. Each can be marked valid again "
        "on its page.",
        found,
    ) % {"count": grouped(found), "reason": wording.INVALID_BECAUSE[rule.cause].render(_)}
    page = FormPage(
        title=f"{_('Mark invalid')} · {rule.title.render(_)}",
        form=form,
        submit=_("Mark invalid"),
        back=_address(work),
        text=text,
        danger=True,
    )
    return show_form(request, page)


def _tell(request: HttpRequest, done: operations.Bulk) -> None:
    words = ngettext(
        "%(count)s lead is marked invalid.", "%(count)s leads are marked invalid.", done.done
    ) % {"count": grouped(done.done)}
    messages.success(request, words)
    if done.refused:
        number, why = next(iter(done.refused.items()))
        refused = ngettext(
            "%(count)s was not: %(number)s – %(why)s",
            "%(count)s were not, such as %(number)s – %(why)s",
            len(done.refused),
        ) % {"count": grouped(len(done.refused)), "number": number, "why": why.render(_)}
        messages.warning(request, refused)


def _cleaner(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may(user, "screen"):
        raise NotAllowed(msg("Your role does not clean leads."))
    return user


def _asked(request: HttpRequest) -> Work:
    read = request.GET
    rule, severity, owner = read.get("rule", ""), read.get("severity", ""), read.get("owner", "")
    if rule and rule not in RULES:
        raise UsageError(msg("There is no rule “%(name)s”.", name=rule), field="rule")
    named = {name: value for value, name in NAMES.items()}
    if severity and severity not in named:
        raise UsageError(msg("The severity is high, medium or low."), field="severity")
    if owner and owner != POOL and not (owner.isascii() and owner.isdigit() and len(owner) < 16):
        raise UsageError(msg("“%(owner)s” is no owner.", owner=owner), field="owner")
    return Work(
        severity=named.get(severity),
        rule=rule,
        owner=int(owner) if owner and owner != POOL else None,
        pool=owner == POOL,
        accepted=read.get("accepted") == "1",
    )


def _parameters(work: Work) -> list[tuple[str, str]]:
    found = [("severity", NAMES[work.severity])] if work.severity is not None else []
    found += [("rule", work.rule)] if work.rule else []
    found += [("owner", _owner_text(work))] if _owner_text(work) else []
    return found + ([("accepted", "1")] if work.accepted else [])


def _address(work: Work, *, page: int = 1, view: str = "screening:list") -> str:
    given = _parameters(work) + ([("page", str(page))] if page > 1 else [])
    return reverse(view) + (f"?{urlencode(given)}" if given else "")


def _owner_text(work: Work) -> str:
    return POOL if work.pool else "" if work.owner is None else str(work.owner)


def _tabs(user: User, asked: Work) -> tuple[tuple[Tab, ...], Work]:
    """The severities with their counts; without a choice, the gravest that anything was found of."""
    counts = queries.per_severity(user, replace(asked, severity=None, rule=""))
    if asked.severity is None:
        grave = Severity(RULES[asked.rule].severity) if asked.rule else None
        first = next((one for one, leads in counts.items() if leads), Severity.HIGH)
        asked = replace(asked, severity=grave or first)
    tabs = tuple(
        Tab(
            title=str(one.label),
            leads=grouped(leads),
            url=_address(replace(asked, severity=one, rule="")),
            active=one == asked.severity,
        )
        for one, leads in counts.items()
    )
    return tabs, asked


def _rules(user: User, asked: Work) -> tuple[RuleLine, ...]:
    return tuple(
        _rule_line(asked, one) for one in queries.per_rule(user, replace(asked, rule="", severity=None))
    )


def _rule_line(asked: Work, one: queries.RuleCount) -> RuleLine:
    only = replace(asked, rule=one.rule.key, severity=one.rule.severity)
    return RuleLine(
        title=one.rule.title.render(_),
        leads=grouped(one.leads),
        url=_address(only),
        active=asked.rule == one.rule.key,
        kind={Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: ""}[one.rule.severity],
        bulk=_address(only, view="screening:bulk") if one.rule.certain and not asked.accepted else "",
    )


def _owners(user: User, asked: Work) -> tuple[Choice, ...]:
    found = queries.owners(user, Work(accepted=asked.accepted))
    people = [Choice(str(one.pk), str(one)) for one in found]
    if asked.owner is not None and asked.owner not in {one.pk for one in found}:
        # Everything of theirs is mended: the choice is still what the list is about.
        people.append(Choice(str(asked.owner), "—"))
    return (Choice("", _("everybody")), Choice(POOL, _("pool")), *people)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _meant(field: str, value: str) -> Any:
    if field != "channel":
        return value
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0
    channel = Channel.objects.offered().filter(pk=number).first()
    if channel is None:
        raise UsageError(msg("Choose a channel."), field="value")
    return channel


def _seen(request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _after(request: HttpRequest, user: User, lead: Lead, *, accepted: bool = False) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _item(request, user, lead, accepted=accepted)
    return redirect(_back(request))


def _item(
    request: HttpRequest, user: User, lead: Lead, refused: Refused | None = None, *, accepted: bool = False
) -> HttpResponse:
    """The lead as it stands now, in place of how it stood; the counts beside it ask for themselves anew."""
    lead = Lead.objects.select_related(*WITH).get(pk=lead.pk)
    found: list[Finding] = queries.of_leads([lead.pk], accepted=accepted).get(lead.pk, [])
    part = ItemPart(item(user, lead, found, refused=refused), offered_channels(), mended=not found)
    answer = show(request, "screening/_item.html", part, status=UNPROCESSABLE if refused else 200)
    if refused is None:
        answer["HX-Trigger"] = "findings-changed"
    return answer


def _back(request: HttpRequest) -> str:
    details: Any = getattr(request, "htmx", None)
    address = (details.current_url_abs_path if details else None) or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe and address else reverse("screening:list")
