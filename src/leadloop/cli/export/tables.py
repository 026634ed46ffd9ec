"""The tables that can be exported: their headers in the language asked for, their rows as they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from leadloop.analysis.tables import Kind
from leadloop.cli.export.reader import Reader
from leadloop.cli.language import gettext as _
from leadloop.customers.models import Customer
from leadloop.foundation.spreadsheet import Cell
from leadloop.journal.models import Event
from leadloop.leads.models import Channel, Lead
from leadloop.leads.permissions import contact_of, contacts_readable, restrict
from leadloop.leads.queries import WITH
from leadloop.people.models import User
from leadloop.process.models import LossReason, Stage
from leadloop.process.queries import stages_by_process

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    name: str = ""
    """Of the worksheet; the file's when empty."""
    widths: Sequence[int] = ()


def _leads_of(reader: Reader) -> QuerySet[Lead]:
    return restrict(Lead.objects.shown(), reader.visibility).select_related(*WITH).order_by("id")


def leads(reader: Reader) -> Table:
    """In the columns that an import recognises without help, times of stages included."""
    stages = _stages()
    headers = [
        _("Lead number"), _("Process"), _("Channel"), _("Source detail"), _("Campaign"), _("Captured at"),
        _("Registered at"), _("Customer name"), _("Contact"), _("Position"), _("Phone"), _("E-mail"),
        _("Industry"), _("Company size"), _("Region"), _("First need"), _("Grade"), _("Team"),
        _("Owner"), _("Assigned at"), _("First follow-up at"), _("Follow-ups"),
        _("Last follow-up at"), _("Stage"),
        *(_("%(stage)s at") % {"stage": name} for name in stages.values()),
        _("Status"), _("Expected amount"), _("Won amount"), _("Currency"), _("Won at"), _("Lost at"),
        _("Loss reason"), _("Competitor"), _("Note"),
    ]  # fmt: skip
    return Table(headers, _lead_rows(reader, list(stages)))


def _stages() -> dict[str, str]:
    """Key to name of every stage but the first: that is where a lead is captured."""
    found: dict[str, str] = {}
    for stages in stages_by_process().values():
        for stage in stages[1:]:
            found.setdefault(stage.key, stage.name)
    return found


def _lead_rows(reader: Reader, stages: list[str]) -> Iterator[Sequence[Cell]]:
    keys = dict(Stage.objects.values_list("pk", "key"))
    # A dozen teams, a hundred people: read once instead of joined to every row.
    for chunk in _chunks(_leads_of(reader)):
        entered = _first_entries([lead.pk for lead in chunk], keys)
        for lead in chunk:
            yield _lead_row(lead, reader, entered.get(lead.pk, {}), stages)


def _first_entries(ids: list[int], keys: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    rows = Event.objects.filter(lead_id__in=ids, kind=Kind.STAGE, stage_id__isnull=False)
    for lead_id, stage_id, at in rows.order_by("occurred_at", "id").values_list(
        "lead_id", "stage_id", "occurred_at"
    ):
        found.setdefault(lead_id, {}).setdefault(keys[stage_id or 0], at)
    return found


def _lead_row(lead: Lead, reader: Reader, entered: Mapping[str, Any], stages: list[str]) -> list[Cell]:
    contact = contact_of(lead, reader.visibility)
    # Free words may name people: the lead's page leaves them out, too.
    readable = contacts_readable(lead, reader.visibility)
    need, note = (lead.first_need, lead.close_note) if readable else ("", "")
    won, lost = lead.state == "won", lead.state == "lost"
    return [
        lead.number, lead.process.name, _name(lead.channel), lead.source_detail, lead.campaign,
        lead.captured_at, lead.registered_at, lead.customer.name, contact.name, contact.title,
        contact.phone, contact.email,
        lead.industry, lead.size, lead.region, need, lead.grade, _name(lead.team),
        _name(lead.owner), lead.assigned_at, lead.first_followed_up_at, lead.follow_up_count,
        lead.last_followed_up_at, lead.stage.name,
        *(entered.get(key) for key in stages),
        str(lead.get_state_display()), lead.expected_amount, lead.amount, lead.currency,
        lead.closed_at if won else None, lead.closed_at if lost else None, _name(lead.loss_reason),
        lead.competitor, note,
    ]  # fmt: skip


def _name(record: object | None) -> str:
    return "" if record is None else str(record)


def customers(reader: Reader) -> Table:
    seen = restrict(Lead.objects.shown(), reader.visibility)
    rows = Customer.objects.filter(pk__in=seen.values("customer")).order_by("id")
    return Table(
        [_("Customer name"), _("Unified social credit code"), _("Known since")],
        rows.values_list("name", "credit_code", "created_at").iterator(CHUNK),
    )


def contacts(reader: Reader) -> Table:
    """One row per contact, with details as far as the reader may know them from any lead."""
    headers = [_("Customer name"), _("Contact"), _("Position"), _("Phone"), _("E-mail")]
    return Table(headers, _contact_rows(reader))


def _contact_rows(reader: Reader) -> Iterator[Sequence[Cell]]:
    rows = _leads_of(reader).filter(contact__isnull=False).order_by("contact_id", "id")
    last: int | None = None
    best: tuple[bool, list[Cell]] | None = None
    for lead in rows.iterator(CHUNK):
        if lead.contact_id != last and best is not None:
            yield best[1]
            best = None
        last = lead.contact_id
        view = contact_of(lead, reader.visibility)
        if best is None or (best[0] and not view.masked):
            best = (view.masked, [lead.customer.name, view.name, view.title, view.phone, view.email])
    if best is not None:
        yield best[1]


def journal(reader: Reader) -> Table:
    """Everything that happened to the leads that the reader sees. Without names, as it is kept."""
    headers = [
        _("Sequence"), _("Happened at"), _("Recorded at"), _("Who"), _("Lead number"), _("What"), _("Stage"),
        _("Loss reason"), _("Second reason"), _("Amount"), _("Owner"), _("Team"), _("Facts"),
    ]  # fmt: skip
    return Table(headers, _journal_rows(reader))


def _journal_rows(reader: Reader) -> Iterator[Sequence[Cell]]:
    people = {user.pk: str(user) for user in User.objects.all()}
    stages = {stage.pk: stage.name for stage in Stage.objects.all()}
    reasons = {reason.pk: reason.name for reason in LossReason.objects.all()}
    teams = dict(_team_names())
    seen = restrict(Lead.objects.shown(), reader.visibility)
    rows = Event.objects.order_by("id")
    if not reader.visibility.everything:
        rows = rows.filter(lead_id__in=seen.values("pk"))
    for chunk in _chunks(rows):
        numbers = dict(seen.filter(pk__in={event.lead_id for event in chunk}).values_list("pk", "number"))
        for event in chunk:
            if event.lead_id in numbers:
                yield [
                    event.pk, event.occurred_at, event.recorded_at, people.get(event.actor_id or 0, ""),
                    numbers[event.lead_id], event.kind, stages.get(event.stage_id or 0, ""),
                    reasons.get(event.reason_id or 0, ""), reasons.get(event.second_reason_id or 0, ""),
                    event.amount, people.get(event.owner_id or 0, ""), teams.get(event.team_id or 0, ""),
                    _facts(event.data),
                ]  # fmt: skip


def _facts(data: Mapping[str, object]) -> str:
    return "; ".join(f"{key}={value}" for key, value in sorted(data.items()))


def _team_names() -> list[tuple[int, str]]:
    from leadloop.people.models import Team

    return list(Team.objects.values_list("pk", "name"))


def people(reader: Reader) -> Table:
    reader.must("settings")
    rows = User.objects.order_by("display_name").prefetch_related("memberships__team")
    headers = [_("Name"), _("Sign-in name"), _("E-mail"), _("Roles"), _("Active")]
    return Table(headers, ([str(u), u.username, u.email, _roles(u), u.is_active] for u in rows))


def _roles(user: User) -> str:
    return "; ".join(
        f"{membership.get_role_display()}" + (f" ({membership.team})" if membership.team else "")
        for membership in user.memberships.all()
    )


def channels(reader: Reader) -> Table:
    rows = Channel.objects.select_related("parent").order_by("name")
    return Table([_("Channel"), _("Part of")], ([row.name, _name(row.parent)] for row in rows))


def reasons(reader: Reader) -> Table:
    rows = LossReason.objects.select_related("parent").order_by("id")
    headers = [_("Reason"), _("Part of"), _("Name (Chinese)"), _("Name (English)"), _("Retired at")]
    return Table(
        headers, ([row.name, _name(row.parent), row.name_zh, row.name_en, row.retired_at] for row in rows)
    )


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    stream = rows.iterator(CHUNK)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


FIND: Mapping[str, Callable[[Reader], Table]] = {
    "leads": leads,
    "customers": customers,
    "contacts": contacts,
    "journal": journal,
    "people": people,
    "channels": channels,
    "reasons": reasons,
}
