"""The playbook as a file, out and in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadloop.foundation.clock import now
from leadloop.foundation.errors import DataError, LeadloopError
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.playbook import toml
from leadloop.playbook.facts import ScriptFacts
from leadloop.playbook.operations.taking_in import TakenIn
from leadloop.playbook.operations.taking_in import take_in as take
from leadloop.playbook.permissions import require_writing
from leadloop.playbook.queries import live
from leadloop.playbook.web.forms import MOST_FILE, FileForm
from leadloop.playbook.web.reading import reader_of


@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    """Everything that is published."""
    reader_of(request)
    lines = (line.encode() for line in toml.written(live()))
    answer = StreamingHttpResponse(lines, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="playbook.toml"'
    return answer


@login_required
def take_in(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    require_writing(user)
    form = FileForm(sent(request), request.FILES or None)
    if form.is_valid():
        try:
            taken = take(scripts=_scripts(form), actor=user, now=now())
            _tell(request, taken)
            return leave(request, f"{reverse('playbook:scripts')}?purpose=drafts")
        except LeadloopError as error:
            blame(form, error)
    text = _("New and changed scripts become drafts, which you read and publish one by one.")
    page = FormPage(
        title=_("Take in a file"),
        form=form,
        submit=_("Take in"),
        back=reverse("playbook:scripts"),
        text=text,
    )
    return show_form(request, page)


def _scripts(form: FileForm) -> tuple[tuple[str, ScriptFacts], ...]:
    file = form.cleaned_data["file"]
    if file.size > MOST_FILE:
        raise DataError(msg("The file is larger than %(most)s MB.", most=MOST_FILE // 2**20), field="file")
    return toml.read(file.read())


def _tell(request: HttpRequest, taken: TakenIn) -> None:
    made = taken.added + taken.changed
    said = ngettext("%(count)s draft made", "%(count)s drafts made", made) % {"count": made}
    same = ngettext("%(count)s script is as before", "%(count)s scripts are as before", taken.same)
    messages.success(request, f"{said}; {same % {'count': taken.same}}.")
