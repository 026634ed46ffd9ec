"""Sign-in and sign-out."""

from __future__ import annotations

from dataclasses import dataclass

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from leadloop.foundation.ui.forms import sent
from leadloop.foundation.ui.pages import show
from leadloop.people.models import Role


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy("The name and the password do not belong together."),
        "inactive": gettext_lazy("This person can no longer sign in."),
    }


@dataclass(frozen=True, slots=True)
class DemoUser:
    username: str
    role: str
    sees: str


@dataclass(frozen=True, slots=True)
class SignInPage:
    form: SignInForm
    next: str
    locked: str
    """Why nobody can sign in under this name for now; empty when they can."""
    demo_users: tuple[DemoUser, ...]


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    onward = _onward(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(onward)
    form = SignInForm(request, data=sent(request))
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return HttpResponseRedirect(onward)
    locked = _locked_for(request)
    page = SignInPage(form=form, next=onward, locked=locked, demo_users=_demo_users())
    return show(request, "people/sign_in.html", page, status=429 if locked else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("workspace:home")


def _locked_for(request: HttpRequest) -> str:
    if request.method != "POST":
        return ""
    credentials = {"username": request.POST.get("username", "")}
    if AxesProxyHandler.is_allowed(request, credentials):
        return ""
    pause = get_cool_off()
    minutes = round(pause.total_seconds() / 60) if pause else 15
    return ngettext(
        "Too many failed attempts. Try again in %(minutes)s minute, or ask an administrator.",
        "Too many failed attempts. Try again in %(minutes)s minutes, or ask an administrator.",
        minutes,
    ) % {"minutes": minutes}


def _demo_users() -> tuple[DemoUser, ...]:
    if not settings.DEMO:
        return ()
    return (
        DemoUser("rep", str(Role.REP.label), _("own leads and the pool")),
        DemoUser("manager", str(Role.MANAGER.label), _("the team and its sub-teams")),
        DemoUser("marketing", str(Role.MARKETING.label), _("everything, contacts until the handoff")),
        DemoUser("ops", str(Role.OPS.label), _("everything")),
        DemoUser("exec", str(Role.EXEC.label), _("all figures, contacts masked")),
        DemoUser("admin", str(Role.ADMIN.label), _("people and settings")),
    )
