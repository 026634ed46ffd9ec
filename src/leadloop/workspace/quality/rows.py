"""One line for each thing that a number counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.actions.models import Postponement
from leadloop.actions.rules import REASONS
from leadloop.actions.wording import why_put_off
from leadloop.analysis.scope import Visibility
from leadloop.clocks.models import FirstResponse
from leadloop.discovery.queries.completeness import Decided
from leadloop.followup.models import FollowUp
from leadloop.foundation.ui.templatetags.ui import day, moment
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable
from leadloop.leads.web.columns import lead_url
from leadloop.people.queries import names_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TITLES: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "answered": gettext_lazy("First follow-ups that were due"),
        "in_time": gettext_lazy("First follow-ups in time"),
        "missed": gettext_lazy("First follow-ups late or missing"),
        "decided": gettext_lazy("Leads that went on to a proposal"),
        "complete": gettext_lazy("Went on with a complete need discovery"),
        "incomplete": gettext_lazy("Went on with gaps in the need discovery"),
        "followed": gettext_lazy("Follow-up records"),
        "logged_late": gettext_lazy("Follow-ups logged late"),
        "put_off": gettext_lazy("Actions put off"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    url: str
    customer: str
    who: str
    at: datetime
    what: str
    verdict: str
    kind: str
    """good, warn, or empty."""


def rows_of(key: str, found: Iterable[Any], seen: Visibility) -> list[Row]:
    if key in {"decided", "complete", "incomplete"}:
        return _decided(list(found))
    make: Callable[[Any, Visibility], Row] = _MAKE[key]
    return [make(row, seen) for row in found.select_related(*_ALONG[key])]  # type: ignore[attr-defined]


def _row(lead: Lead, who: object, at: datetime, what: str, verdict: str = "", kind: str = "") -> Row:
    return Row(
        lead.number, lead_url(lead.number), lead.customer.name, str(who or ""), at, what, verdict, kind
    )


def _response(row: FirstResponse, seen: Visibility) -> Row:
    met = row.followed and row.ended_at is not None and row.ended_at <= row.due_at
    if met:
        verdict, kind = _("in time"), "good"
    else:
        verdict, kind = (_("late"), "warn") if row.followed else (_("missing"), "bad")
    assert row.decided_at is not None
    return _row(row.lead, row.owner, row.decided_at, _between(row), verdict, kind)


def _between(row: FirstResponse) -> str:
    shown = {"since": moment(row.since), "due": moment(row.due_at)}
    if row.followed and row.ended_at is not None:
        shown["at"] = moment(row.ended_at)
        return _("given %(since)s, due %(due)s, followed up %(at)s") % shown
    return _("given %(since)s, due %(due)s") % shown


def _followed(row: FollowUp, seen: Visibility) -> Row:
    what = f"{row.get_way_display()} · {row.get_mood_display()}"
    verdict, kind = (_("logged late"), "warn") if row.late else ("", "")
    return _row(row.lead, row.by, row.at, what, verdict, kind)


def _put_off(row: Postponement, seen: Visibility) -> Row:
    # What somebody wrote may name people: shown like the contact.
    readable = row.reason in REASONS or contacts_readable(row.action.lead, seen)
    days = _("from %(before)s to %(after)s") % {"before": day(row.from_due), "after": day(row.to_due)}
    why = why_put_off(row.reason).render(_) if readable else ""
    return _row(row.action.lead, row.owner, row.at, " · ".join(part for part in (days, why) if part))


def _decided(found: list[Decided]) -> list[Row]:
    leads = Lead.objects.select_related("customer").in_bulk([row.lead_id for row in found])
    names = names_of([row.owner_id for row in found if row.owner_id is not None])
    return [
        _row(
            leads[row.lead_id],
            names.get(row.owner_id or 0, ""),
            row.at,
            _("%(share)d %% of the parts were there") % {"share": round(100 * row.share)},
            _("complete") if row.complete else _("with gaps"),
            "good" if row.complete else "warn",
        )
        for row in found
    ]


_MAKE: Mapping[str, Callable[[Any, Visibility], Row]] = MappingProxyType(
    {
        "answered": _response,
        "in_time": _response,
        "missed": _response,
        "followed": _followed,
        "logged_late": _followed,
        "put_off": _put_off,
    }
)
_ALONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("answered", "in_time", "missed"), ("lead__customer", "owner")),
        **dict.fromkeys(("followed", "logged_late"), ("lead__customer", "by")),
        "put_off": ("action__lead__customer", "owner"),
    }
)
