"""A decision chain as it is drawn and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from leadloop.chain import layout, queries
from leadloop.chain.layout import Box, Node
from leadloop.chain.models import Influence, Member, Stance
from leadloop.chain.rules import Roles
from leadloop.foundation.messages import Message
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable, may
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

RADIUS = {1: 7, 2: 9, 3: 12}
SUGGESTED = 4
SMALL = 21
"""Signs of a line in smaller type."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    words: tuple[Words, ...]
    """Name and role, what they think and whether anybody met them, as short as the map needs them."""
    aloud: str
    """All of it as a sentence, for who does not see the map."""
    title: str
    role: str
    kind: str
    """``good``, ``even``, ``bad`` or ``open``."""
    stance: str
    influence: str
    radius: int
    boss: str
    last_contact_at: datetime | None
    met: bool
    note: str
    gone: bool
    depth: int
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Words:
    """One line under a circle."""

    text: str
    y: int
    css: str


@dataclass(frozen=True, slots=True)
class Line:
    boss: int
    below: int
    path: str


@dataclass(frozen=True, slots=True)
class Lack:
    message: Message
    role: str
    """Somebody of this role can be added; empty: it is no matter of a role."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A contact of the customer who is not in the chain yet."""

    id: int
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ChainView:
    number: str
    people: tuple[Person, ...]
    lines: tuple[Line, ...]
    view_box: str
    width: int
    height: int
    lacks: tuple[Lack, ...]
    offers: tuple[Offer, ...]
    may_edit: bool
    masked: bool
    moved: bool
    """Somebody has put somebody somewhere by hand."""
    whole: bool
    """On a page of its own."""


def view_of(lead: Lead, user: User, *, whole: bool = False) -> ChainView:
    members, roles = queries.members(lead), queries.roles(lead)
    readable = contacts_readable(lead, visibility_of(user))
    edits = bool(may(user, Verb.EDIT, lead))
    nodes = [Node(one.pk, one.reports_to_id, one.x, one.y) for one in members]
    spots = layout.spots(nodes)
    box = layout.box(spots.values())
    return ChainView(
        number=lead.number,
        people=_people(members, nodes, roles, readable),
        lines=tuple(
            Line(node.boss, node.id, layout.line(spots[node.boss], spots[node.id]))
            for node in nodes
            if node.boss in spots
        ),
        view_box=_view_box(box),
        width=round(box.width),
        height=round(box.height),
        lacks=tuple(Lack(gap.message, gap.role) for gap in queries.gaps_of(members, roles)),
        offers=_offers(lead) if edits and readable else (),
        may_edit=edits,
        masked=not readable,
        moved=any(one.x is not None for one in members),
        whole=whole,
    )


def _view_box(box: Box) -> str:
    return f"{box.left:.1f} {box.top:.1f} {box.width:.1f} {box.height:.1f}"


def _offers(lead: Lead) -> tuple[Offer, ...]:
    return tuple(Offer(one.pk, str(one), one.title) for one in queries.addable(lead)[:SUGGESTED])


def _people(
    members: Sequence[Member], nodes: Sequence[Node], roles: Roles, readable: bool
) -> tuple[Person, ...]:
    by_id, spots = {one.pk: one for one in members}, layout.spots(nodes)
    shown = {one.pk: _name(one, readable) for one in members}
    return tuple(
        _person(by_id[pk], shown, roles, readable, depth, spots[pk].x, spots[pk].y)
        for pk, depth in layout.order(nodes)
    )


def _name(member: Member, readable: bool) -> str:
    return member.name if readable else member.name[:1] + "**"


def _person(
    member: Member, names: dict[int, str], roles: Roles, readable: bool, depth: int, x: float, y: float
) -> Person:
    role = roles.name(member.role).render(_)
    stance = "" if member.stance is None else str(Stance(member.stance).label)
    influence = str(Influence(member.influence).label)
    met = "" if member.met else _("not met")
    name = names[member.pk]
    said = " · ".join(part for part in (stance, met) if part) or _("stance not known")
    return Person(
        id=member.pk,
        name=name,
        words=_words(name, role, said),
        aloud=_("%(name)s, %(role)s: %(said)s; influence: %(influence)s")
        % {"name": name, "role": role, "said": said, "influence": influence},
        title=member.title,
        role=role,
        kind=_kind(member.stance),
        stance=stance,
        influence=influence,
        radius=RADIUS[member.influence],
        boss=names.get(member.reports_to_id or 0, ""),
        last_contact_at=member.last_contact_at,
        met=member.met,
        note=member.note if readable else "",
        gone=member.contact is not None and member.contact.retired_at is not None,
        depth=min(depth, 6),
        x=f"{x:.1f}",
        y=f"{y:.1f}",
    )


def _words(name: str, role: str, said: str) -> tuple[Words, ...]:
    """Name and role in one line where there is room."""
    both = _("%(name)s (%(role)s)") % {"name": name, "role": role}
    names = [both] if layout.width_of(both) <= layout.WIDEST else [name, role]
    lines = [(one, "name") for one in names] + [(said, "said")]
    return tuple(
        Words(layout.cut(text, SMALL if css == "said" else layout.WIDEST), 26 + 13 * place, f"chain-{css}")
        for place, (text, css) in enumerate(lines)
    )


def _kind(stance: int | None) -> str:
    if stance is None:
        return "open"
    return "good" if stance > 0 else "bad" if stance < 0 else "even"
