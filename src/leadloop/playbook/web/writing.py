"""Write, publish and retire scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import show
from leadloop.playbook import operations, queries
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.permissions import require_writing
from leadloop.playbook.web.forms import ScriptForm
from leadloop.playbook.web.reading import reader_of


@dataclass(frozen=True, slots=True)
class EditPage:
    title: str
    form: ScriptForm
    industries: tuple[str, ...]
    back: str


@login_required
def create(request: HttpRequest) -> HttpResponse:
    require_writing(reader_of(request))
    return _edit(request, None, None, _("New script"), reverse("playbook:scripts"))


@login_required
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The draft; where there is none, one that begins with what holds."""
    user = reader_of(request)
    require_writing(user)
    script = queries.by_key(key, user)
    draft = script.versions.filter(published_at=None).first()
    version = draft or script.live
    title = version.title if version else script.key
    return _edit(request, script, version, title, reverse("playbook:script", args=[key]))


def _edit(
    request: HttpRequest, script: Script | None, version: ScriptVersion | None, title: str, back: str
) -> HttpResponse:
    form = ScriptForm(sent(request), version=version)
    if form.is_valid():
        try:
            return _save(request, script, form)
        except LeadloopError as error:
            blame(form, error)
    dress(form)
    page = EditPage(title=title, form=form, industries=tuple(dict.fromkeys(form.industries)), back=back)
    return show(request, "playbook/edit.html", page, status=UNPROCESSABLE if form.errors else 200)


def _save(request: HttpRequest, script: Script | None, form: ScriptForm) -> HttpResponse:
    user, moment = reader_of(request), now()
    draft = operations.save_draft(script=script, facts=form.facts(), actor=user, now=moment, seen=_seen(form))
    if "publish" in request.POST:
        operations.publish(script=draft.script, actor=user, now=moment)
        messages.success(request, _("Published. Everybody who sells reads it from now on."))
    else:
        messages.success(request, _("Saved as a draft. Only those who write see it."))
    return redirect("playbook:script", draft.script.key)


def _seen(form: ScriptForm) -> datetime | None:
    text = form.cleaned_data["seen"]
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


@login_required
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    user = reader_of(request)
    operations.publish(script=queries.by_key(key, user), actor=user, now=now())
    messages.success(request, _("Published. Everybody who sells reads it from now on."))
    return redirect("playbook:script", key)


@login_required
@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    user = reader_of(request)
    script = queries.by_key(key, user)
    operations.discard_draft(script=script, actor=user, now=now())
    messages.success(request, _("The draft is gone."))
    return redirect("playbook:script", key) if script.live else redirect("playbook:scripts")


@login_required
@require_POST
def retire(request: HttpRequest, key: str) -> HttpResponse:
    user = reader_of(request)
    operations.retire(script=queries.by_key(key, user), actor=user, now=now())
    messages.success(request, _("Retired. It is no longer found; take it back at any time."))
    return redirect("playbook:script", key)


@login_required
@require_POST
def revive(request: HttpRequest, key: str) -> HttpResponse:
    user = reader_of(request)
    operations.revive(script=queries.by_key(key, user), actor=user, now=now())
    return redirect("playbook:script", key)
