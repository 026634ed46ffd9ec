"""How one is told: which kinds by which way, when e-mails come, and when it is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import leave, show
from leadloop.notices import kinds, operations
from leadloop.notices.kinds import Channel
from leadloop.notices.models import Pace, Preference
from leadloop.notices.permissions import runs_groups
from leadloop.notices.queries import groups_hearing, mail_of, preferences, troubled, wanted
from leadloop.notices.sending import mail
from leadloop.people.models import User
from leadloop.people.permissions import roles_of

_TIME = {"type": "time"}


class WhenForm(forms.Form):
    pace = forms.ChoiceField(
        label=gettext_lazy("Collected e-mails come"), choices=Pace.choices, widget=forms.RadioSelect
    )
    daily_at = forms.TimeField(label=gettext_lazy("At"), widget=forms.TimeInput(format="%H:%M", attrs=_TIME))
    quiet_from = forms.TimeField(
        label=pgettext_lazy("time of day", "From"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs=_TIME),
    )
    quiet_until = forms.TimeField(
        label=pgettext_lazy("time of day", "Until"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs=_TIME),
    )
    urgent_through = forms.BooleanField(
        label=gettext_lazy("Urgent ones may come during quiet hours, too"), required=False
    )


@dataclass(frozen=True, slots=True)
class KindRow:
    key: str
    title: str
    app: bool
    mail: str
    groups: str


@dataclass(frozen=True, slots=True)
class WishesPage:
    form: WhenForm
    groups: tuple[tuple[str, tuple[KindRow, ...]], ...]
    ways: tuple[tuple[str, str], ...]
    zone: str
    address: str
    mail_works: bool
    has_groups: bool
    may_run_groups: bool
    trouble: int


@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    user = request.user
    own = preferences([user])[user.pk]
    form = WhenForm(sent(request), initial=_initial(own))
    if request.method == "POST" and form.is_valid() and _choose(request, user, form):
        messages.success(request, _("Saved."))
        return leave(request, reverse("notices:settings"))
    dress(form)
    page = _page(user, own, form, request.POST if request.method == "POST" else None)
    return show(request, "notices/settings.html", page, status=UNPROCESSABLE if form.errors else 200)


def _page(user: User, own: Preference, form: WhenForm, posted: Mapping[str, object] | None) -> WishesPage:
    hearing = groups_hearing(user)
    return WishesPage(
        form=form,
        groups=tuple(
            (group.render(_), tuple(_row(kind, own, hearing, posted) for kind in rows))
            for group, rows in groupby(kinds.for_roles(roles_of(user)), key=lambda kind: kind.group)
        ),
        ways=(("", _("No e-mail")), (Channel.MAIL, _("At once")), (Channel.DIGEST, _("Collected"))),
        zone=user.zone.replace("_", " "),
        address=user.email,
        mail_works=mail.configured(),
        has_groups=bool(hearing),
        may_run_groups=runs_groups(user),
        trouble=troubled(user, now()),
    )


def _row(
    kind: kinds.Kind,
    own: Preference,
    hearing: Mapping[str, list[str]],
    posted: Mapping[str, object] | None,
) -> KindRow:
    """As it holds, or as it was just sent with something wrong elsewhere."""
    channels = wanted(own, kind)
    app, by_mail = Channel.APP in channels, mail_of(channels)
    if posted is not None:
        app, by_mail = f"app.{kind.key}" in posted, str(posted.get(f"mail.{kind.key}", ""))
    groups = " · ".join(hearing.get(kind.key, ()))
    return KindRow(kind.key, kind.title.render(_), app, by_mail, groups)


def _choose(request: HttpRequest, user: User, form: WhenForm) -> bool:
    channels = {}
    for kind in kinds.for_roles(roles_of(user)):
        way = request.POST.get(f"mail.{kind.key}", "")
        app = [Channel.APP] if f"app.{kind.key}" in request.POST else []
        channels[kind.key] = [str(one) for one in (*app, *([way] if way else []))]
    try:
        operations.choose(actor=user, wish=operations.Wish(channels=channels, **form.cleaned_data), now=now())
    except LeadloopError as error:
        blame(form, error)
        return False
    return True


def _initial(own: Preference) -> dict[str, object]:
    names = ("pace", "daily_at", "quiet_from", "quiet_until", "urgent_through")
    return {name: getattr(own, name) for name in names}
