"""The chat groups that are told, for those who set up the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message, from_data
from leadloop.foundation.ui.forms import UNPROCESSABLE, FormPage, blame, dress, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.notices import kinds, operations, queries
from leadloop.notices.addresses import masked, read_address
from leadloop.notices.models import Delivery, Endpoint
from leadloop.notices.permissions import require_runs_groups
from leadloop.people.models import Team, User


class GroupForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the group"),
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("e.g. Sales north, WeCom")}),
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Notices to"),
        queryset=Team.objects.all(),
        required=False,
        empty_label=gettext_lazy("everybody"),
        help_text=gettext_lazy("People of this team and of those below it."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address of the robot"),
        max_length=2_000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        help_text=gettext_lazy(
            "The webhook address that WeCom, DingTalk or Feishu shows when you add a robot to the group. "
            "If it asks for a keyword, give “leadloop”."
        ),
    )
    secret = forms.CharField(
        label=gettext_lazy("Signature key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Only where DingTalk's robot signs its messages."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[])
    names_records = forms.BooleanField(
        label=gettext_lazy("Name the customers. Everybody in the group reads them."), required=False
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What the group is told"),
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the group is told.")},
    )

    def __init__(self, data: object, *, endpoint: Endpoint | None) -> None:
        super().__init__(data, initial=_initial(endpoint))  # type: ignore[arg-type]
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        self.fields["kinds"].choices = [  # type: ignore[attr-defined]
            (group.render(_), [(kind.key, kind.title.render(_)) for kind in rows])
            for group, rows in groupby(kinds.offered(), key=lambda kind: kind.group)
        ]
        if endpoint is not None:
            kept = _("%(address)s is kept when this stays empty.")
            self.fields["address"].widget.attrs["placeholder"] = kept % {"address": _masked(endpoint)}
        else:
            self.fields["address"].widget.attrs["placeholder"] = "https://"
            self.fields["address"].required = True


@dataclass(frozen=True, slots=True)
class KindGroup:
    title: str
    boxes: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    title: str
    form: GroupForm
    kinds: tuple[KindGroup, ...]
    remove: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    id: int
    name: str
    service: str
    address: str
    team: str
    kinds: tuple[str, ...]
    state: str
    problem: Message | None
    at: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class GroupsPage:
    rows: tuple[GroupRow, ...]


@login_required
def group_list(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    require_runs_groups(user)
    rests = queries.resting(now())
    rows = tuple(_row(one, rests.get(queries.way_of(one.pk))) for one in queries.endpoints())
    return show(request, "notices/groups.html", GroupsPage(rows))


@login_required
def new_group(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@login_required
def edit_group(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, queries.endpoint(_person(request), pk))


@login_required
@require_POST
def try_group(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    operations.test_group(endpoint=queries.endpoint(user, pk), actor=user, now=now())
    messages.success(request, _("A test message is on its way. Whether it arrives stands in the list soon."))
    return redirect("notices:groups")


@login_required
def drop_group(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    found = queries.endpoint(user, pk)
    if request.method == "POST":
        operations.remove_group(endpoint=found, actor=user, now=now())
        messages.success(request, _("“%(name)s” is told no more.") % {"name": found.name})
        return leave(request, reverse("notices:groups"))
    page = FormPage(
        title=_("Remove “%(name)s”?") % {"name": found.name},
        form=forms.Form(),
        submit=_("Remove"),
        back=reverse("notices:groups"),
        text=_("The address is deleted at once. What was sent stays in the list of what was sent."),
        danger=True,
    )
    return show_form(request, page)


def _form(request: HttpRequest, endpoint: Endpoint | None) -> HttpResponse:
    user = _person(request)
    require_runs_groups(user)
    form = GroupForm(sent(request), endpoint=endpoint)
    if request.method == "POST" and form.is_valid() and _save(form, endpoint, user):
        messages.success(request, _("Saved."))
        return leave(request, reverse("notices:groups"))
    dress(form)
    page = GroupPage(
        title=endpoint.name if endpoint else _("New group"),
        form=form,
        kinds=tuple(_grouped(form)),
        remove=reverse("notices:remove_group", args=[endpoint.pk]) if endpoint else "",
    )
    return show(request, "notices/group.html", page, status=UNPROCESSABLE if form.errors else 200)


def _grouped(form: GroupForm) -> list[KindGroup]:
    boxes = {str(one.data["value"]): one for one in form["kinds"]}
    return [
        KindGroup(group.render(_), tuple(boxes[kind.key] for kind in rows))
        for group, rows in groupby(kinds.offered(), key=lambda kind: kind.group)
    ]


def _save(form: GroupForm, endpoint: Endpoint | None, user: User) -> bool:
    facts = operations.GroupFacts(**form.cleaned_data)
    try:
        if endpoint is None:
            operations.add_group(facts=facts, actor=user, now=now())
        else:
            operations.change_group(endpoint=endpoint, facts=facts, actor=user, now=now())
    except LeadloopError as error:
        blame(form, error)
        return False
    return True


def _initial(endpoint: Endpoint | None) -> dict[str, object]:
    if endpoint is None:
        return {"language": settings.LANGUAGE_CODE}
    names = ("name", "language", "names_records", "kinds")
    return {"team": endpoint.team_id, **{name: getattr(endpoint, name) for name in names}}


def _masked(endpoint: Endpoint) -> str:
    try:
        return masked(read_address(endpoint.address))
    except LeadloopError:
        # Plain http was allowed when it was saved.
        return "••••"


def _row(endpoint: Endpoint, rests_until: datetime | None) -> GroupRow:
    last = Delivery.objects.filter(endpoint=endpoint).order_by("-id").first()
    titles = [kinds.kind_of(key).title.render(_) for key in endpoint.kinds]
    return GroupRow(
        id=endpoint.pk,
        name=endpoint.name,
        service=endpoint.get_service_display(),
        address=_masked(endpoint),
        team=endpoint.team.name if endpoint.team else _("everybody"),
        kinds=tuple(titles),
        state=last.state if last else "",
        problem=from_data(last.problem) if last and last.problem else None,
        at=(last.ended_at or last.created_at) if last else None,
        rests_until=rests_until,
    )


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
