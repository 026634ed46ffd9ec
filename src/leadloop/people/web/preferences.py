"""Language, appearance and time zone of the person who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.ui.forms import dress, sent
from leadloop.foundation.ui.pages import leave, show
from leadloop.people import operations
from leadloop.people.models import User

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
THEMES = [
    ("auto", gettext_lazy("like the system")),
    ("light", gettext_lazy("light")),
    ("dark", gettext_lazy("dark")),
]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    theme = forms.ChoiceField(label=gettext_lazy("Appearance"), choices=THEMES)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), help_text=gettext_lazy("Times on every page are shown in it.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        zones = sorted(zone for zone in available_timezones() if "/" in zone)
        self.fields["zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]  # type: ignore[attr-defined]
        self.fields["zone"].widget.attrs["data-pick"] = ""


@dataclass(frozen=True, slots=True)
class PreferencesPage:
    form: PreferencesForm


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    initial = {"language": translation.get_language(), "theme": user.theme, "zone": user.zone}
    form = PreferencesForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.set_preferences(user=user, actor=user, now=now(), **form.cleaned_data)
        translation.activate(user.language)
        messages.success(request, _("Saved."))
        return leave(request, request.path)
    dress(form)
    return show(request, "people/preferences.html", PreferencesPage(form=form))


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """The language or the appearance, from the menu; before sign-in, the language in a cookie."""
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    response = HttpResponseRedirect(_back(request))
    if language not in dict(LANGUAGES):
        language = ""
    if request.user.is_authenticated:
        user = _reader(request)
        chosen = theme if theme in dict(THEMES) else user.theme
        operations.set_preferences(
            user=user, actor=user, now=now(), language=language or user.language, theme=chosen
        )
    elif language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax", httponly=True
        )
    return response


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
