"""The keys of programs: make one, see it once, revoke it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import show
from leadloop.people import tokens
from leadloop.people.models import ApiToken, User

USUAL_LIFE = timedelta(days=365)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("e.g. website, fair app")}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=[],
        initial=["leads:write"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the token may do.")},
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Without a date it is valid until it is revoked."),
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        min_value=1,
        max_value=tokens.MOST_PER_MINUTE,
        initial=600,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: object, *, today: date) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(key, words.render(_)) for key, words in tokens.SCOPES.items()]
        self.fields["expires_on"].initial = today + USUAL_LIFE


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: int
    name: str
    person: str
    start: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_moment: datetime | None
    last_used_at: datetime | None
    usable: bool
    revoked: bool


@dataclass(frozen=True, slots=True)
class TokensPage:
    form: forms.Form
    rows: tuple[TokenRow, ...]
    key: str
    """The key just made: shown now and never again."""
    everybody: bool
    api: str
    docs: str


@login_required
@never_cache
def token_list(request: HttpRequest) -> HttpResponse:
    user, moment = _person(request), now()
    form = TokenForm(sent(request), today=timezone.localdate())
    key = ""
    if request.method == "POST" and form.is_valid():
        try:
            key = _create(form, user, moment)
        except LeadloopError as error:
            blame(form, error)
        else:
            form = TokenForm(None, today=timezone.localdate())
    dress(form)
    # The key is in the answer to the POST itself: it must not wait in a session for the next page.
    page = TokensPage(
        form,
        tuple(_row(token, moment) for token in tokens.tokens_for(user)),
        key,
        everybody=any(token.user_id != user.pk for token in tokens.tokens_for(user)[:50]),
        api=request.build_absolute_uri("/api/v1/leads"),
        docs="/api/v1/docs",
    )
    return show(request, "people/tokens.html", page, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    token = tokens.get_token(user, pk)
    tokens.revoke_token(token=token, actor=user, now=now())
    messages.success(request, _("“%(name)s” is revoked.") % {"name": token.name})
    return redirect(reverse("people:tokens"))


def _create(form: TokenForm, user: User, moment: datetime) -> str:
    data = form.cleaned_data
    last: date | None = data["expires_on"]
    _token, key = tokens.create_token(
        user=user,
        name=data["name"],
        scopes=data["scopes"],
        per_minute=data["per_minute"],
        expires_at=_end_of(last, user) if last else None,
        actor=user,
        now=moment,
    )
    return key


def _end_of(day: date, user: User) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(user.zone))


def _row(token: ApiToken, moment: datetime) -> TokenRow:
    return TokenRow(
        token.pk,
        token.name,
        str(token.user),
        token.start,
        tuple(tokens.SCOPES[scope].render(_) for scope in token.scopes if scope in tokens.SCOPES),
        token.created_at,
        token.expires_at and token.expires_at - timedelta(microseconds=1),
        token.last_used_at,
        tokens.usable(token, moment) and token.user.is_active,
        token.revoked_at is not None,
    )


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
