"""How people take part: absences, caps, what they know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from leadloop.assignment.models import Absence, Experience, Seller
from leadloop.assignment.permissions import require_arranges
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.people.models import User

MOST_OPEN = 100_000
MOST_INDUSTRIES = 100


@transaction.atomic
def add_absence(
    *, person: User, first_day: date, last_day: date, actor: User | None, now: datetime, note: str = ""
) -> Absence:
    """Days without new leads by rule. Everybody may say when they are away themselves."""
    if actor is None or actor.pk != person.pk:
        require_arranges(actor, person)
    privacy.check_texts({"note": note})
    if last_day < first_day:
        raise DataError(msg("The last day is before the first."), field="last_day")
    if (last_day - first_day).days > 366:
        raise DataError(msg("An absence of more than a year: hand the leads over instead."), field="last_day")
    same = Absence.objects.filter(person=person, first_day__lte=last_day, last_day__gte=first_day).first()
    if same is not None:
        raise Conflict(
            msg("Absent from %(first)s to %(last)s already.", first=same.first_day, last=same.last_day),
            field="first_day",
        )
    return Absence.objects.create(
        person=person, first_day=first_day, last_day=last_day, note=note.strip()[:200]
    )


@transaction.atomic
def remove_absence(*, absence: Absence, actor: User | None, now: datetime) -> None:
    if actor is None or actor.pk != absence.person_id:
        require_arranges(actor, absence.person)
    absence.delete()


@transaction.atomic
def set_seller(
    *,
    person: User,
    takes_leads: bool,
    open_leads: int | None,
    industries: Iterable[str],
    actor: User | None,
    now: datetime,
) -> Seller:
    """Whether and how many leads a person gets, and which industries they know: exactly these."""
    require_arranges(actor, person)
    if open_leads is not None and not 0 <= open_leads <= MOST_OPEN:
        raise DataError(msg("The cap is a whole number; 0 is no cap."), field="open_leads")
    names = list(dict.fromkeys(" ".join(name.split()) for name in industries if name.strip()))
    if len(names) > MOST_INDUSTRIES or any(len(name) > 120 for name in names):
        raise DataError(msg("At most 100 industries of 120 characters."), field="industries")
    Experience.objects.filter(person=person).exclude(industry__in=names).delete()
    Experience.objects.bulk_create(
        [Experience(person=person, industry=name) for name in names], ignore_conflicts=True
    )
    facts = {"takes_leads": takes_leads, "open_leads": open_leads}
    return Seller.objects.update_or_create(person=person, defaults=facts)[0]
