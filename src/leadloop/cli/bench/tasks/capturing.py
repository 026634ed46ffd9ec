"""What programs and visitors need before they can send anything, and what became of it."""

from __future__ import annotations

from django.db.models import Count

from leadloop.capture.models import Submission
from leadloop.capture.operations import FormFacts, create_form
from leadloop.foundation.clock import now
from leadloop.people.models import User
from leadloop.people.tokens import MOST_PER_MINUTE, create_token


def a_token(*, username: str) -> str:
    user = User.objects.get(username=username)
    _, key = create_token(
        user=user,
        name="measurement",
        scopes=["leads:write"],
        per_minute=MOST_PER_MINUTE,
        actor=user,
        now=now(),
    )
    return key


def a_form(*, hourly: int) -> str:
    fields = [
        {"name": name, "label": "", "required": name in {"contact", "phone"}}
        for name in ("contact", "phone", "customer", "first_need")
    ]
    user = User.objects.get(username="ops")
    facts = FormFacts(name="measurement", fields=fields, hourly=hourly)
    return create_form(facts=facts, actor=user, now=now()).key


def inbox() -> dict[str, int]:
    """Rows of the inbox by state, and the leads made of them."""
    rows = Submission.objects.order_by().values("state").annotate(count=Count("id"))
    found = {row["state"]: row["count"] for row in rows}
    return found | {"leads": Submission.objects.filter(lead__isnull=False).values("lead").distinct().count()}
