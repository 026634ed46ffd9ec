"""The questions on the lead's page: one tap an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.numbers import grouped
from leadloop.grading.models import Qualification
from leadloop.grading.operations import Answers

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOT_ASKED = "?"
NOT_NOW = "not_now"
WITHIN: Mapping[str, int] = {"month": 30, "quarter": 91, "half_year": 182, "year": 365, "later": 730}
"""Days until the last day of what the customer said."""
MOST_TEXT = 60


def _pills(label: StrOrPromise, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", NOT_ASKED), *choices], widget=forms.RadioSelect
    )


class QualificationForm(forms.Form):
    budget = _pills(gettext_lazy("Budget"), Qualification.Budget.choices)
    budget_range = forms.CharField(
        label=gettext_lazy("Budget range"),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    need = _pills(gettext_lazy("Need"), Qualification.Need.choices)
    authority = _pills(gettext_lazy("Authority"), Qualification.Authority.choices)
    contact_role = _pills(gettext_lazy("Role of the contact"), Qualification.ContactRole.choices)
    purchase = _pills(gettext_lazy("Purchase"), [])
    intent = _pills(gettext_lazy("Intent"), [(str(number), str(number)) for number in range(1, 6)])
    only_asking = _pills(
        gettext_lazy("Only asking"), [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, known: Qualification | None, now: datetime) -> None:
        super().__init__(data, initial=_initial(known))
        self.now = now
        # The radio buttons of two leads on one page must not be one group for screen readers.
        self.fields["purchase"].choices = _purchases(known)  # type: ignore[attr-defined]
        self.fields["budget_range"].widget.attrs["placeholder"] = _("e.g. 150-200k")

    def answers(self) -> Answers:
        """What was ticked. Raises :class:`DataError` for a budget that is no amount."""
        data = self.cleaned_data
        low, high = _range(data["budget_range"])
        return Answers(
            budget=data["budget"],
            budget_low=low,
            budget_high=high,
            need=data["need"],
            authority=data["authority"],
            contact_role=data["contact_role"],
            purchase_by=_day(data["purchase"], timezone.localdate(self.now)),
            not_now=data["purchase"] == NOT_NOW,
            intent=int(data["intent"]) if data["intent"] else None,
            only_asking={"yes": True, "no": False}.get(data["only_asking"]),
        )

    def seen_at(self) -> datetime | None:
        text = self.cleaned_data["seen"]
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            return None


def _purchases(known: Qualification | None) -> list[tuple[str, str]]:
    """The day that is known stands first, so that saving does not move it."""
    kept = []
    if known is not None and known.purchase_by is not None:
        kept = [(known.purchase_by.isoformat(), _("by %(day)s") % {"day": known.purchase_by.isoformat()})]
    return [
        ("", NOT_ASKED),
        *kept,
        ("month", _("1 month")),
        ("quarter", _("3 months")),
        ("half_year", _("6 months")),
        ("year", _("1 year")),
        ("later", _("later")),
        (NOT_NOW, _("not now")),
    ]


def _initial(known: Qualification | None) -> dict[str, str]:
    if known is None:
        return {}
    purchase = known.purchase_by.isoformat() if known.purchase_by else ""
    return {
        "budget": known.budget,
        "budget_range": range_text(known.budget_low, known.budget_high),
        "need": known.need,
        "authority": known.authority,
        "contact_role": known.contact_role,
        "purchase": NOT_NOW if known.not_now else purchase,
        "intent": str(known.intent or ""),
        "only_asking": {True: "yes", False: "no"}.get(known.only_asking, ""),  # type: ignore[arg-type]
        "seen": known.changed_at.isoformat(),
    }


def _day(word: str, today: date) -> date | None:
    if word in WITHIN:
        return today + timedelta(days=WITHIN[word])
    return date.fromisoformat(word) if word and word != NOT_NOW else None


def _range(text: str) -> tuple[Decimal | None, Decimal | None]:
    """An amount or a range as people write them: ``15-20万``, ``180,000``."""
    if not text.strip():
        return None, None
    # Loads the table libraries of the analysis: not for every page.
    from leadloop.intake.amounts import parse_amount

    money = parse_amount(text)
    if money is None or money.value < 0:
        raise DataError(
            msg("“%(text)s” is not an amount. Write 180000, 18万 or 15-20万.", text=text),
            field="budget_range",
        )
    low = money.low if money.low is not None else money.value
    high = money.high if money.high is not None else money.value
    return _money(low), _money(high)


def _money(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def range_text(low: Decimal | None, high: Decimal | None) -> str:
    if low is None and high is None:
        return ""
    chinese = (get_language() or "").startswith("zh")
    ends = [value for value in (low, high) if value is not None]
    if chinese and all(value % 1000 == 0 and value >= 10_000 for value in ends):
        texts, unit = [f"{value / 10_000:f}".rstrip("0").rstrip(".") for value in ends], "万"
    else:
        texts, unit = [grouped(value, 0 if value % 1 == 0 else 2) for value in ends], ""
    return "-".join(dict.fromkeys(texts)) + unit
