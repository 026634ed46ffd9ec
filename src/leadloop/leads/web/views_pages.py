"""Saved views of the lead list: save, share, open first, delete."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads import saved_views
from leadloop.leads.models import DefaultView, SavedView, Sharing
from leadloop.leads.operations import views
from leadloop.leads.web.filters import ListQuery
from leadloop.leads.web.list_page import view_url
from leadloop.people.models import Team, User
from leadloop.people.queries import teams_for


class ViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=views.LONGEST)
    sharing = forms.ChoiceField(label=gettext_lazy("Visible to"), choices=Sharing.choices)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False)
    default = forms.BooleanField(label=gettext_lazy("Open the list with this view"), required=False)

    def prepare(self, user: User) -> None:
        self.fields["team"].queryset = teams_for(user)  # type: ignore[attr-defined]
        self.fields["team"].help_text = _("Only when the view is shared with a team.")


@dataclass(frozen=True, slots=True)
class ViewLine:
    view: SavedView
    url: str
    mine: bool
    first: bool


@dataclass(frozen=True, slots=True)
class ViewsPage:
    views: tuple[ViewLine, ...]


@dataclass(frozen=True, slots=True)
class ViewLink:
    title: str
    url: str
    note: str
    """Whose it is, when it is somebody else's."""
    active: bool


@dataclass(frozen=True, slots=True)
class MenuPage:
    views: tuple[ViewLink, ...]
    address: str
    """The list's question, to be saved."""
    plain: bool


@login_required
def menu(request: HttpRequest) -> HttpResponse:
    """Loaded when it is opened: the list itself needs none of it."""
    user, question = _user(request), ListQuery.read(request.GET)
    links = tuple(
        ViewLink(
            view.name,
            view_url(view),
            "" if view.owner_id == user.pk else str(view.owner),
            view.pk == question.view,
        )
        for view in saved_views.views_for(user)
    )
    plain = not question.filtered and not question.view
    return show(
        request, "leads/view_menu.html", MenuPage(views=links, address=question.address(), plain=plain)
    )


@login_required
def manage(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    first = DefaultView.objects.filter(user=user).values_list("view", flat=True).first()
    lines = tuple(
        ViewLine(view, view_url(view), view.owner_id == user.pk, view.pk == first)
        for view in saved_views.views_for(user)
    )
    return show(request, "leads/views.html", ViewsPage(views=lines))


@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Under a name what the list's address asks for."""
    question = ListQuery.read(request.GET)
    return _form(request, urlencode(question.asked), None)


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    view = saved_views.view_for(_user(request), pk)
    return _form(request, view.address, view)


def _form(request: HttpRequest, address: str, view: SavedView | None) -> HttpResponse:
    user = _user(request)
    form = ViewForm(sent(request), initial=_initial(user, view))
    form.prepare(user)
    if request.method == "POST" and form.is_valid() and (saved := _save(form, address, user, view)):
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": saved.name})
        return leave(request, view_url(saved))
    title = _("Save as a view") if view is None else view.name
    page = FormPage(title=title, form=form, submit=_("Save"), back=reverse("leads:list"))
    return show_form(request, page)


def _initial(user: User, view: SavedView | None) -> dict[str, object]:
    if view is None:
        return {"sharing": Sharing.PRIVATE, "team": teams_for(user).first()}
    first = DefaultView.objects.filter(user=user, view=view).exists()
    return {"name": view.name, "sharing": view.sharing, "team": view.team, "default": first}


def _save(form: ViewForm, address: str, user: User, view: SavedView | None) -> SavedView | None:
    try:
        return views.save_view(address=address, view=view, actor=user, now=now(), **form.cleaned_data)
    except LeadloopError as error:
        blame(form, error)
        return None


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    view = saved_views.view_for(user, pk)
    views.delete_view(view=view, actor=user)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return leave(request, reverse("leads:views"))


@login_required
@require_POST
def open_first(request: HttpRequest, pk: int) -> HttpResponse:
    """This one from now on, or, when it is so already, all leads again."""
    user = _user(request)
    view = saved_views.view_for(user, pk)
    is_so = DefaultView.objects.filter(user=user, view=view).exists()
    views.open_first(view=None if is_so else view, actor=user)
    return leave(request, reverse("leads:views"))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
