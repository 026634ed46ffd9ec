"""One record: whole, with what it said before; and the form that corrects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from leadloop.customers.models import Contact
from leadloop.followup import operations, queries
from leadloop.followup.models import Attachment, FollowUp, FollowUpVersion, Mood, Way
from leadloop.followup.permissions import may_edit, may_read, require_edit
from leadloop.followup.web.forms import EditForm
from leadloop.followup.web.log import DIALOG
from leadloop.followup.web.panel import Panel, edit_panel
from leadloop.followup.web.shown import RecordView, view_of
from leadloop.followup.web.uploads import Received, takes_files
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import UNPROCESSABLE, dress
from leadloop.foundation.ui.pages import in_dialog, leave, show
from leadloop.people.models import User
from leadloop.playbook.models import ScriptVersion


@dataclass(frozen=True, slots=True)
class Former:
    """What a record said until somebody corrected it."""

    number: int
    by: str
    at: datetime
    said: tuple[tuple[str, str], ...]
    """Only what was changed."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    number: str
    customer: str
    back: str
    shown: RecordView
    masked: bool
    may_edit: bool
    former: tuple[Former, ...]


@dataclass(frozen=True, slots=True)
class EditPage:
    panel: Panel


@login_required
def record(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    found = queries.get(user, pk)
    readable = may_read(user, found.lead)
    page = RecordPage(
        number=found.lead.number,
        customer=str(found.lead.customer),
        back=reverse("leads:detail", args=[found.lead.number]),
        shown=view_of(found, readable=readable),
        masked=not readable,
        may_edit=readable and may_edit(user, found),
        former=_former(found) if readable else (),
    )
    return show(request, "followup/record.html", page)


def _to_correct(request: HttpRequest, pk: int) -> FollowUp:
    user = request.user
    assert isinstance(user, User)
    found = queries.get(user, pk)
    require_edit(user, found)
    return found


@login_required
@takes_files(_to_correct)
def edit(request: HttpRequest, pk: int, of: FollowUp, received: Sequence[Received] = ()) -> HttpResponse:
    user, found, moment = request.user, of, now()
    assert isinstance(user, User)
    if request.method != "POST":
        form = EditForm(initial=EditForm.values_of(found), record=found, user=user)
        dialog = in_dialog(request)
        return _shown(request, user, found, form, moment, list(found.attachments.all()), dialog)
    form = EditForm(request.POST, record=found, user=user)
    keys = request.POST.getlist("attachment")
    for one in received:
        if one.kept is not None:
            keys.append(operations.keep_upload(lead=found.lead, kept=one.kept, actor=user, now=moment).key)
        if one.refusal is not None:
            form.add_error(None, one.refusal.render(_))
    dialog = request.POST.get("where") == DIALOG
    if form.is_valid() and _corrected(form, found, user, moment, keys):
        messages.success(request, _("The record is corrected. What it said before is kept."))
        return leave(request, reverse("leads:detail", args=[found.lead.number]))
    files = [one for one in found.attachments.all() if one.key in keys]
    files += queries.waiting_of(user, found.lead, keys)
    return _shown(request, user, found, form, moment, files, dialog)


def _corrected(form: EditForm, found: FollowUp, user: User, moment: datetime, keys: Sequence[str]) -> bool:
    facts = form.facts(keys)
    try:
        operations.edit(
            followup=found,
            facts=facts.moved(form.moment_beside(found)),
            actor=user,
            now=moment,
            seen=form.cleaned_data["seen"],
        )
    except LeadloopError as error:
        form.add_error(form.field_of(error.field), error.message.render(_))
        return False
    return True


def _shown(
    request: HttpRequest,
    user: User,
    found: FollowUp,
    form: EditForm,
    moment: datetime,
    files: Sequence[Attachment],
    dialog: bool,
) -> HttpResponse:
    dress(form)
    page = EditPage(edit_panel(user, found, form, moment, files, dialog=dialog))
    template = "followup/panel.html" if request.headers.get("HX-Request") else "followup/page.html"
    return show(request, template, page, status=UNPROCESSABLE if form.errors else 200)


def _former(found: FollowUp) -> tuple[Former, ...]:
    """Each version beside the one that followed it: what is the same says nothing."""
    after = _now(found)
    names = _Names(found)
    told = []
    for version in queries.versions_of(found):
        said = tuple(
            (title, tell(version.values.get(name)))
            for name, (title, tell) in names.told().items()
            if version.values.get(name) != after.get(name)
        )
        told.append(Former(version.number, str(version.by) if version.by else "", version.at, said))
        after = version.values
    return tuple(told)


def _now(found: FollowUp) -> dict[str, Any]:
    plain = ("way", "mood", "feedback", "pains", "touched_need", "touched_solution", "touched_objection")
    return {
        **{name: getattr(found, name) for name in (*plain, "script_version_id")},
        "at": found.at.isoformat(),
        "contacts": sorted(one.pk for one in found.with_contacts.all()),
        "attachments": sorted(one.key for one in found.attachments.all()),
    }


class _Names:
    """What numbers in versions mean; people and scripts are asked for once."""

    def __init__(self, found: FollowUp) -> None:
        versions: list[FollowUpVersion] = queries.versions_of(found)
        people = {pk for one in versions for pk in one.values.get("contacts", ())}
        scripts = {pk for one in versions if (pk := one.values.get("script_version_id"))}
        self._people = {one.pk: str(one) for one in Contact.objects.filter(pk__in=people)}
        self._scripts = dict(ScriptVersion.objects.filter(pk__in=scripts).values_list("pk", "title"))

    def told(self) -> Mapping[str, tuple[str, Any]]:
        yes = {True: _("yes"), False: _("no")}
        return {
            "at": (_("When"), self._moment),
            "way": (_("Way"), lambda value: str(Way(value).label)),
            "mood": (_("Mood"), lambda value: str(Mood(value).label)),
            "feedback": (_("What the customer said"), str),
            "pains": (_("Pain points"), str),
            "touched_need": (_("Talked about: need"), yes.get),
            "touched_solution": (_("Talked about: solution"), yes.get),
            "touched_objection": (_("Talked about: objection"), yes.get),
            "contacts": (_("With"), lambda ids: ", ".join(self._people.get(pk, "?") for pk in ids) or "–"),
            "script_version_id": (_("Script used"), lambda pk: self._scripts.get(pk, "–")),
            "attachments": (_("Files"), lambda keys: str(len(keys))),
        }

    @staticmethod
    def _moment(text: str) -> str:
        found = parse_datetime(text)
        return "–" if found is None else f"{timezone.localtime(found):%Y-%m-%d %H:%M}"
