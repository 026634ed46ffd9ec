"""What is due, with the lead that it is about, ready to be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from leadloop.actions.models import Kind
from leadloop.assignment.queries.offered import Offer
from leadloop.clocks.queries import stored_clocks
from leadloop.clocks.rules import ClockKind
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contact_of
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.people.queries import names_of
from leadloop.workspace.today.due import Item, clock_words

WITH = ("customer", "stage", "channel", "owner", "contact", "timing", "process")
ICONS: Mapping[str, str] = {
    "first_response": "clock",
    "handoff": "inbox",
    "cadence": "refresh",
    Kind.CALL: "phone",
    Kind.VISIT: "building",
    Kind.WECHAT: "message",
    Kind.EMAIL: "mail",
    Kind.MEETING: "users",
    Kind.DEMO: "player-play",
    Kind.SEND: "file-text",
    Kind.OTHER: "circle-check",
}


MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Row:
    lead: Lead
    item: Item
    what: str
    icon: str
    why: str
    """The whole reason for its place."""
    reasons: tuple[str, ...]
    """What the time beside it does not say already."""
    phone: str

    @property
    def over(self) -> timedelta | None:
        """None: it is not, or only outside working hours, when nobody counts."""
        return -self.item.left if self.item.left <= -MINUTE else None

    @property
    def by_day(self) -> bool:
        return not self.item.has_time or self.item.what == "cadence"

    @property
    def closed(self) -> bool:
        """Working hours begin only when it is due."""
        return abs(self.item.left) < MINUTE

    @property
    def may_wait(self) -> bool:
        """A first follow-up is logged, or the lead returned: it is not put off."""
        return self.item.action_id is not None or self.item.what == "cadence"


@dataclass(frozen=True, slots=True)
class New:
    """An offer: a lead to accept or to return."""

    lead: Lead
    given_at: datetime
    by: str
    left: timedelta | None
    phone: str


def leads_of(ids: Iterable[int]) -> Mapping[int, Lead]:
    return Lead.objects.select_related(*WITH).in_bulk(list(ids))


def rows(items: Sequence[Item], leads: Mapping[int, Lead], user: User) -> tuple[Row, ...]:
    return tuple(_row(item, leads[item.lead_id], user) for item in items if item.lead_id in leads)


def _row(item: Item, lead: Lead, user: User) -> Row:
    reasons = tuple(reason.render(_) for reason in item.reasons)
    return Row(
        lead=lead,
        item=item,
        what=_what(item, lead),
        icon="alert-triangle" if item.late else ICONS.get(item.what, "circle-check"),
        why=_("Why it stands here: %(reasons)s") % {"reasons": " · ".join(reasons)},
        reasons=reasons[1:],
        phone=phone_of(lead, user),
    )


def _what(item: Item, lead: Lead) -> str:
    words = clock_words(item.what, lead.grade)
    if words is not None:
        return words.render(_)
    kind = str(Kind(item.what).label)
    return f"{kind}: {item.title}" if item.title and item.title != kind else kind


def phone_of(lead: Lead, user: User) -> str:
    if lead.contact is None or not lead.contact.phone:
        return ""
    found = contact_of(lead, visibility_of(user))
    return "" if found.masked else found.phone


def new_ones(
    offers: Sequence[Offer], leads: Mapping[int, Lead], user: User, now: datetime
) -> tuple[New, ...]:
    names = names_of(offer.by for offer in offers if offer.by is not None)
    return tuple(
        New(
            lead=lead,
            given_at=offer.given_at,
            by=names.get(offer.by, "") if offer.by is not None else "",
            left=_first_left(lead, now),
            phone=phone_of(lead, user),
        )
        for offer in offers
        if (lead := leads.get(offer.lead_id)) is not None
    )


def _first_left(lead: Lead, now: datetime) -> timedelta | None:
    asked = {ClockKind.FIRST_RESPONSE, ClockKind.HANDOFF}
    return next((clock.left for clock in stored_clocks(lead, now) if clock.kind in asked), None)


def ids_of(*parts: Collection[Item]) -> set[int]:
    return {item.lead_id for part in parts for item in part}
