"""People and teams: who is here, in which role; for administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.people import operations
from leadloop.people.models import Role, Team, User
from leadloop.people.permissions import may

PLACES = 3
"""Rows for roles in the form; a person with more keeps the first ones only, so nobody gets more."""

View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(request.user, "manage_people"):
            raise NotAllowed(msg("Only an administrator manages people and teams."))
        return view(request, *args, **kwargs)

    return guarded


class PersonForm(forms.Form):
    username = forms.CharField(label=gettext_lazy("Sign-in name"), max_length=150)
    display_name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters. Without one the person cannot sign in yet."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.all(),
        required=False,
        help_text=gettext_lazy("Needed for sales representatives and managers."),
    )


class MembershipsForm(forms.Form):
    """Up to three roles; an empty line is left out."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = list(user.memberships.all())[:PLACES]
        for index in range(PLACES):
            held = present[index] if index < len(present) else None
            self.fields[f"role_{index}"] = forms.ChoiceField(
                label=_("Role %(number)s") % {"number": index + 1},
                choices=[("", "—"), *Role.choices],
                required=False,
                initial=held.role if held else "",
            )
            self.fields[f"team_{index}"] = forms.ModelChoiceField(
                label=_("Team"),
                queryset=Team.objects.all(),
                required=False,
                initial=held.team_id if held else None,
            )
        self.fields["password"] = forms.CharField(
            label=_("New password"),
            required=False,
            help_text=_("Leave empty to keep the present one."),
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
        self.fields["active"] = forms.BooleanField(
            label=_("May sign in"), required=False, initial=user.is_active
        )

    def places(self) -> list[operations.Place]:
        data = self.cleaned_data
        return [
            operations.Place(Role(data[f"role_{index}"]), data[f"team_{index}"])
            for index in range(PLACES)
            if data[f"role_{index}"]
        ]


class TeamForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    parent = forms.ModelChoiceField(
        label=gettext_lazy("Part of"), queryset=Team.objects.all(), required=False
    )


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str
    username: str
    places: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    people: tuple[PersonRow, ...]
    teams: tuple[Team, ...]


@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    users = User.objects.prefetch_related("memberships__team")
    page = PeoplePage(
        people=tuple(_row(user) for user in users), teams=tuple(Team.objects.select_related("parent"))
    )
    return show(request, "people/people.html", page)


@administrators_only
def new_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(sent(request))
    if request.method == "POST" and form.is_valid() and _create(request, form):
        return leave(request, reverse("people:people"))
    page = FormPage(title=_("New person"), form=form, submit=_("Create"), back=reverse("people:people"))
    return show_form(request, page)


@administrators_only
def edit_person(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    form = MembershipsForm(sent(request), user=user)
    if request.method == "POST" and form.is_valid() and _change(request, user, form):
        return leave(request, reverse("people:people"))
    page = FormPage(title=str(user), form=form, submit=_("Save"), back=reverse("people:people"))
    return show_form(request, page)


@administrators_only
def new_team(request: HttpRequest) -> HttpResponse:
    form = TeamForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            operations.create_team(actor=_actor(request), now=now(), **form.cleaned_data)
            return leave(request, reverse("people:people"))
        except LeadloopError as error:
            blame(form, error)
    page = FormPage(title=_("New team"), form=form, submit=_("Create"), back=reverse("people:people"))
    return show_form(request, page)


def _create(request: HttpRequest, form: PersonForm) -> bool:
    data = form.cleaned_data
    try:
        operations.create_user(
            username=data["username"],
            display_name=data["display_name"],
            email=data["email"],
            password=data["password"] or None,
            places=[operations.Place(Role(data["role"]), data["team"])],
            actor=_actor(request),
            now=now(),
        )
    except LeadloopError as error:
        blame(form, error)
        return False
    messages.success(request, _("%(name)s can be given leads now.") % {"name": data["display_name"]})
    return True


def _change(request: HttpRequest, user: User, form: MembershipsForm) -> bool:
    try:
        operations.change_person(
            user=user,
            places=form.places(),
            password=form.cleaned_data["password"],
            active=form.cleaned_data["active"],
            actor=_actor(request),
            now=now(),
        )
    except LeadloopError as error:
        blame(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


def _row(user: User) -> PersonRow:
    places = tuple(
        f"{place.get_role_display()} · {place.team.name}" if place.team else place.get_role_display()
        for place in user.memberships.all()
    )
    return PersonRow(user.pk, str(user), user.username, places, user.is_active)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
