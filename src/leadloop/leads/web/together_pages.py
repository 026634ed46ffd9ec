"""One thing done with the leads chosen in the list: its form, its progress, what came of it, and undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leadloop.foundation import clock
from leadloop.foundation.errors import LeadloopError, NotFound, UsageError
from leadloop.foundation.messages import from_data, msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, part_for, show
from leadloop.leads import rules
from leadloop.leads.models import BulkAction, BulkKind, BulkStatus, ItemOutcome, Tag
from leadloop.leads.operations import together
from leadloop.leads.web import list_page
from leadloop.leads.web.columns import lead_url
from leadloop.leads.web.filters import ListQuery
from leadloop.leads.wording import INVALID_BECAUSE
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.people.queries import assignable
from leadloop.process.queries import stages_by_process

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_REFUSALS = 500
SHOWN_ACTIONS = 50


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=gettext_lazy("New owner"),
        queryset=User.objects.none(),
        widget=forms.Select(attrs={"data-pick": ""}),
    )

    def prepare(self, user: User) -> None:
        self.fields["owner"].queryset = assignable(user)  # type: ignore[attr-defined]

    def params(self) -> dict[str, Any]:
        return {"owner": self.cleaned_data["owner"].pk}


class GradeForm(forms.Form):
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), choices=[(grade, grade) for grade in rules.GRADES])
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self, user: User) -> None:
        # A correction is told apart from the rules, with its reason; others only have their say.
        self.fields["reason"].required = may(user, "assign")

    def params(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        help_text=gettext_lazy("Needed for leads that skip stages or go back."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def prepare(self, user: User) -> None:
        groups = [
            (process.name, [(stage.key, stage.name) for stage in stages if not stage.won])
            for process, stages in stages_by_process().items()
        ]
        self.fields["stage"].choices = groups  # type: ignore[attr-defined]

    def params(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class TagsForm(forms.Form):
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        max_length=1_000,
        help_text=gettext_lazy("Several are parted by commas."),
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )

    def prepare(self, user: User) -> None:
        known = ", ".join(Tag.objects.values_list("name", flat=True)[:8])
        self.fields["tags"].widget.attrs["placeholder"] = known

    def params(self) -> dict[str, Any]:
        names = self.cleaned_data["tags"].replace("，", ",").replace("、", ",").split(",")
        return {"tags": [name.strip() for name in names if name.strip()]}


class InvalidForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Why"))
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self, user: User) -> None:
        choices = [(key, INVALID_BECAUSE[key].render(_)) for key in rules.INVALID_BECAUSE]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]

    def params(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


FORMS: Mapping[BulkKind, type[Any]] = {
    BulkKind.ASSIGN: AssignForm,
    BulkKind.GRADE: GradeForm,
    BulkKind.STAGE: StageForm,
    BulkKind.TAG: TagsForm,
    BulkKind.UNTAG: TagsForm,
    BulkKind.INVALIDATE: InvalidForm,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    title: str
    number: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActionPage:
    action: BulkAction
    title: str
    running: bool
    share: int
    """Per cent of what is to be done."""
    counts: tuple[tuple[StrOrPromise, int], ...]
    refusals: tuple[Refusal, ...]
    cut: int
    """So many more refusals are not shown."""
    may_undo: bool


@dataclass(frozen=True, slots=True)
class ActionLine:
    title: str
    url: str
    action: BulkAction
    status: str


@dataclass(frozen=True, slots=True)
class ActionsPage:
    actions: tuple[ActionLine, ...]


@login_required
def begin(request: HttpRequest, kind: str) -> HttpResponse:
    user = _user(request)
    if kind not in BulkKind.values:
        raise NotFound(msg("There is no such action."))
    doing = BulkKind(kind)
    ids = _chosen(request)
    form = FORMS[doing](sent(request))
    form.prepare(user)
    if request.method == "POST" and form.is_valid() and (action := _start(form, doing, ids, user)):
        return _leave(request, action)
    leads = ngettext("%(count)s lead", "%(count)s leads", len(ids)) % {"count": len(ids)}
    page = FormPage(
        title=f"{doing.label} · {leads}",
        form=form,
        submit=str(doing.label),
        back=reverse("leads:list"),
        text=_text(len(ids)),
        danger=doing == BulkKind.INVALIDATE,
    )
    return show_form(request, page)


def _text(count: int) -> str:
    if count > together.AT_ONCE:
        return _("They are done in the background; you may leave the page. Undo is offered afterwards.")
    return _("Leads that cannot take it are left as they are and listed with the reason.")


def _chosen(request: HttpRequest) -> list[int]:
    """The leads that are ticked, or all that the list's address asks for."""
    if "all" in request.GET:
        asked = QueryDict(request.GET.get("question", "").removeprefix("?"))
        leads, _banner = list_page.matching(request, ListQuery.read(asked), address=asked)
        found = list(leads.order_by("-captured_at", "-id").values_list("pk", flat=True)[: together.MOST + 1])
        if len(found) > together.MOST:
            raise UsageError(
                msg("More than %(most)s leads fit. Filter first: so many at once.", most=together.MOST)
            )
        return found
    given = request.GET.getlist("lead")[: together.MOST]
    ids = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 16]
    if not ids:
        raise UsageError(msg("Choose at least one lead."))
    return ids


def _start(form: Any, kind: BulkKind, ids: list[int], user: User) -> BulkAction | None:
    try:
        action = together.start(kind=kind, params=form.params(), lead_ids=ids, actor=user, now=clock.now())
    except LeadloopError as error:
        blame(form, error)
        return None
    _go_on(action)
    return action


def _go_on(action: BulkAction) -> None:
    if action.total <= together.AT_ONCE:
        together.go_on(action_id=action.pk, clock=clock.now)
        return
    from leadloop.leads.tasks import do_together  # the queue is loaded where it is needed

    do_together(action.pk)


def _leave(request: HttpRequest, action: BulkAction) -> HttpResponse:
    """Back to the list with an offer to undo; to the action's page when there is something to read."""
    action.refresh_from_db()
    done = action.items.filter(outcome=ItemOutcome.DONE).count()
    refused = action.items.filter(outcome=ItemOutcome.REFUSED).exists()
    if action.status == BulkStatus.RUNNING or refused:
        return leave(request, reverse("leads:action", args=[action.pk]))
    words = ngettext("%(what)s: %(count)s lead.", "%(what)s: %(count)s leads.", done)
    text = words % {"what": action.get_kind_display(), "count": done}
    messages.success(request, _with_undo(text, action) if done else text)
    details: Any = getattr(request, "htmx", None)
    return leave(request, (details.current_url_abs_path if details else None) or reverse("leads:list"))


def _with_undo(text: str, action: BulkAction) -> str:
    return format_html(
        '{} <button class="btn btn-sm" type="button" data-hx-post="{}" data-hx-swap="none">{}</button>',
        text,
        reverse("leads:undo_action", args=[action.pk]),
        _("Undo"),
    )


@login_required
def action_page(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(BulkAction, pk=pk, actor=_user(request))
    template = "leads/action_progress.html" if part_for(request, "progress") else "leads/action.html"
    return show(request, template, _page(request, action))


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(BulkAction, pk=pk, actor=_user(request))
    together.undo(action=action, actor=_user(request), now=clock.now())
    _go_on(action)
    return leave(request, reverse("leads:action", args=[action.pk]))


@login_required
def actions(request: HttpRequest) -> HttpResponse:
    mine = BulkAction.objects.filter(actor=_user(request))[:SHOWN_ACTIONS]
    lines = tuple(
        ActionLine(_title(one), reverse("leads:action", args=[one.pk]), one, str(one.get_status_display()))
        for one in mine
    )
    return show(request, "leads/actions.html", ActionsPage(actions=lines))


def _page(request: HttpRequest, action: BulkAction) -> ActionPage:
    counted = action.items.order_by().values_list("outcome").annotate(Count("id"))
    by_outcome: dict[str, int] = dict(counted)
    undoing = action.status == BulkStatus.UNDOING
    left = by_outcome.get(ItemOutcome.DONE if undoing else ItemOutcome.WAITING, 0)
    told = action.items.filter(outcome__in=[ItemOutcome.REFUSED, ItemOutcome.KEPT]).order_by("id")
    refused = list(told.select_related("lead__customer")[:SHOWN_REFUSALS])
    running = action.status in {BulkStatus.RUNNING, BulkStatus.UNDOING}
    return ActionPage(
        action=action,
        title=_title(action),
        running=running,
        share=100 - round(100 * left / action.total) if running else 100,
        counts=tuple((kind.label, by_outcome[kind]) for kind in ItemOutcome if by_outcome.get(kind)),
        refusals=tuple(_refusals(request, refused)),
        cut=max(0, told.count() - SHOWN_REFUSALS),
        may_undo=action.status == BulkStatus.DONE and bool(by_outcome.get(ItemOutcome.DONE)),
    )


def _refusals(request: HttpRequest, items: list[Any]) -> list[Refusal]:
    from leadloop.leads.queries import by_ids, visible

    seen = set(by_ids(visible(request.user), [item.lead_id for item in items]).values_list("pk", flat=True))
    return [
        Refusal(
            title=item.lead.customer.name if item.lead_id in seen else _("(not visible to you)"),
            number=item.lead.number if item.lead_id in seen else "",
            url=lead_url(item.lead.number) if item.lead_id in seen else "",
            reason=from_data(item.message).render(_) if item.message else "",
        )
        for item in items
    ]


def _title(action: BulkAction) -> str:
    return f"{action.get_kind_display()}{_object(action)}"


def _object(action: BulkAction) -> str:
    params = action.params
    if "owner" in params:
        name = str(User.objects.filter(pk=params["owner"]).first() or "")
    else:
        name = params.get("grade") or ", ".join(params.get("tags", ())) or ""
    return f": {name}" if name else ""


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
