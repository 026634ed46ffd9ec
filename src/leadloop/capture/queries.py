"""Reads about forms, their inbox, and where a lead came from."""

from __future__ import annotations

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leadloop.capture.models import Consent, ConsentText, Origin, PublicForm, ShareRequest, Submission
from leadloop.capture.permissions import to_answer
from leadloop.capture.retention import POLICY, Retention, read
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.people.kept import Kept, own
from leadloop.people.models import User
from leadloop.process.queries import default_process, policy


def forms() -> QuerySet[PublicForm]:
    """All forms with how much came in through each. Leads outlive the submissions that they came from."""
    leads = Origin.objects.filter(form=OuterRef("pk")).order_by().values("form")
    return PublicForm.objects.select_related("channel").annotate(
        registered=Coalesce(Subquery(leads.annotate(n=Count("pk")).values("n")), 0),
        waiting=Count("submissions", filter=Q(submissions__state=Submission.State.WAITING)),
        failed=Count("submissions", filter=Q(submissions__state=Submission.State.FAILED)),
        last=Max("submissions__received_at"),
    )


def retention() -> Retention:
    """How long what comes in is kept."""
    return read(policy(default_process(), POLICY))


def form(pk: int) -> PublicForm:
    found = PublicForm.objects.select_related("channel").filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such form."))
    return found


def public(key: str) -> PublicForm | None:
    """The form of this address, open or not."""
    kept = _public()
    if key not in kept:
        found = PublicForm.objects.select_related("channel").filter(key=key).first()
        if found is None:
            return None
        kept[key] = found
    return own(kept[key])


def consent_of(form: PublicForm) -> ConsentText | None:
    """What a visitor has to agree to now. An empty newest version means: nothing any more."""
    kept = _consents()
    if form.pk not in kept:
        kept[form.pk] = form.consents.first()
    newest = kept[form.pk]
    return own(newest) if newest is not None and newest.text else None


_public: Kept[dict[str, PublicForm]] = Kept(dict)
_consents: Kept[dict[int, ConsentText | None]] = Kept(dict)
"""What every submission asks for, by address and by form."""


def latest(form: PublicForm, count: int = 50) -> list[Submission]:
    return list(form.submissions.select_related("lead", "consent").order_by("-id")[:count])


def origin_of(lead: Lead) -> Origin | None:
    return Origin.objects.select_related("form", "token").filter(lead=lead).first()


def consents_of(lead: Lead) -> list[Consent]:
    return list(Consent.objects.select_related("text").filter(lead=lead).order_by("id"))


def any_waits() -> bool:
    """Whether anybody waits for an answer: seldom, and a manager's leads need not be gone through then."""
    return ShareRequest.objects.filter(state=ShareRequest.State.OPEN).exists()


def requests_to_answer(user: User) -> QuerySet[ShareRequest]:
    """Open requests of colleagues that this person may answer."""
    return (
        ShareRequest.objects.filter(to_answer(user), state=ShareRequest.State.OPEN)
        .exclude(asked_by=user)
        .select_related("lead__customer", "lead__owner", "lead__stage", "asked_by")
    )


def requests_of(user: User, count: int = 50) -> list[ShareRequest]:
    """What this person asked for, the newest first."""
    rows = ShareRequest.objects.filter(asked_by=user).select_related(
        "lead__customer", "lead__contact", "lead__owner", "lead__stage", "lead__team", "answered_by"
    )
    return list(rows[:count])


def share_request(pk: int) -> ShareRequest:
    found = ShareRequest.objects.select_related("lead", "asked_by").filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such request."))
    return found
