"""Write down what was found out about a lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.grading.models import Grading, Qualification
from leadloop.grading.operations.grading import grade_lead
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.people.models import User

FURTHEST_YEARS = 10
CHOICES: Mapping[str, type[TextChoices]] = {
    "budget": Qualification.Budget,
    "need": Qualification.Need,
    "authority": Qualification.Authority,
    "contact_role": Qualification.ContactRole,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that is known; what is left out is not known."""

    budget: str = ""
    budget_low: Decimal | None = None
    budget_high: Decimal | None = None
    need: str = ""
    authority: str = ""
    contact_role: str = ""
    purchase_by: date | None = None
    not_now: bool = False
    intent: int | None = None
    only_asking: bool | None = None


@transaction.atomic
def qualify(
    *, lead: Lead, answers: Answers, actor: User | None, now: datetime, seen: datetime | None = None
) -> Qualification:
    """The facts that grades rest on; the grade follows at once.

    ``seen`` is the ``changed_at`` of the qualification that the form was filled from, if there was one.
    """
    require(actor, Verb.EDIT, lead)
    found = Qualification.objects.filter(pk=lead.pk).first()
    if found is not None and seen is not None and found.changed_at != seen:
        raise Conflict(msg("Somebody else has changed these answers meanwhile. Look at them again."))
    answers = _checked(answers, found, now)
    if (found is not None and answers_of(found) == answers) or (found is None and answers == Answers()):
        return found or Qualification(lead=lead, changed_at=now)
    swap(lead, now=now)
    _stand_on_present_facts(lead, now)
    saved, _ = Qualification.objects.update_or_create(
        pk=lead.pk, defaults={**asdict(answers), "changed_by": actor, "changed_at": now}
    )
    write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data={"fields": ["qualification"]})])
    return saved


def _stand_on_present_facts(lead: Lead, now: datetime) -> None:
    """A grade of a file that the rules never met yet rests on the facts before the change."""
    if lead.grade and not Grading.objects.filter(pk=lead.pk).exists():
        grade_lead(lead=lead, now=now)


def answers_about(lead: Lead) -> Answers:
    """What is known of a lead, as one value; ``Answers()`` when nothing is."""
    found = Qualification.objects.filter(pk=lead.pk).first()
    return Answers() if found is None else answers_of(found)


def answers_of(found: Qualification) -> Answers:
    return Answers(**{name: getattr(found, name) for name in Answers.__dataclass_fields__})


def _checked(answers: Answers, found: Qualification | None, now: datetime) -> Answers:
    for name in CHOICES:
        _check_choice(name, getattr(answers, name))
    _check_budget(answers)
    if answers.intent is not None and not 1 <= answers.intent <= 5:
        raise DataError(msg("Intent is 1 to 5, not %(intent)s.", intent=answers.intent), field="intent")
    if found is None or found.purchase_by != answers.purchase_by:
        _check_day(answers.purchase_by, now)
    if answers.budget or (answers.budget_low is None and answers.budget_high is None):
        return answers
    return Answers(**{**asdict(answers), "budget": Qualification.Budget.NAMED.value})


def _check_choice(name: str, value: str) -> None:
    if value and value not in CHOICES[name].values:
        raise DataError(msg("“%(value)s” is not an answer to this question.", value=value), field=name)


def _check_budget(answers: Answers) -> None:
    low, high = answers.budget_low, answers.budget_high
    for name in ("budget_low", "budget_high"):
        if (amount := getattr(answers, name)) is not None:
            rules.check_money(amount, field=name)
    if low is not None and high is not None and low > high:
        raise DataError(msg("The budget ends below where it begins."), field="budget_high")
    if answers.budget == Qualification.Budget.NONE and (low or high):
        raise DataError(
            msg("Either there is no budget, or there is an amount. Clear one of them."), field="budget_low"
        )


def _check_day(day: date | None, now: datetime) -> None:
    if day is None:
        return
    today = timezone.localdate(now)
    if day < today:
        raise DataError(msg("%(day)s has passed already.", day=day.isoformat()), field="purchase_by")
    if day.year > today.year + FURTHEST_YEARS:
        raise DataError(msg("%(day)s is more than ten years away.", day=day.isoformat()), field="purchase_by")
