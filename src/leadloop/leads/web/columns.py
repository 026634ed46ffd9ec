"""The columns of the lead list: what each reads, shows, sorts by and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from leadloop.foundation.clock import now
from leadloop.foundation.spreadsheet import Cell
from leadloop.foundation.ui.markup import escaped, joined
from leadloop.foundation.ui.templatetags.ui import DASH, ago, amount, day
from leadloop.leads.models import Lead, State
from leadloop.leads.reasons import reasons_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Mapping[str, Any]

STATE_KIND = {State.OPEN: "info", State.WON: "good", State.LOST: "bad", State.INVALID: "warn"}
GRADE_KIND = {"A": "bad", "B": "info", "C": ""}


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: StrOrPromise
    reads: tuple[str, ...]
    """Paths of fields, so that the list fetches what it shows and nothing else."""
    show: Callable[[Row], str]
    export: Callable[[Row], Cell]
    sort: str = ""
    css: str = ""
    cell: str = ""
    """What is edited in place here; empty: nothing."""

    @property
    def nullable(self) -> bool:
        return self.sort in _NULLABLE


def _plain(path: str) -> Callable[[Row], str]:
    return lambda row: row[path] or DASH


def _raw(path: str) -> Callable[[Row], Cell]:
    return lambda row: row[path]


def _text(key: str, title: StrOrPromise, path: str, css: str = "", cell: str = "") -> Column:
    return Column(key, title, (path,), _plain(path), _raw(path), sort=path, css=css, cell=cell)


def _time(key: str, title: StrOrPromise, path: str) -> Column:
    return Column(
        key, title, (path,), lambda row: str(day(row[path])), _raw(path), sort=path, css="num start"
    )


def _number(row: Row) -> str:
    return joined(('<a href="', escaped(lead_url(row["number"])), '">', escaped(row["number"]), "</a>"))


def _customer(row: Row) -> str:
    address, name = escaped(lead_url(row["number"])), escaped(row["customer__name"])
    return joined((f'<a class="plain strong cut" href="{address}" title="{name}">{name}</a>',))


def _state(row: Row) -> str:
    return _state_tag(row["state"], get_language() or "")


@cache
def _state_tag(state: str, language: str) -> str:
    return tag(str(State(state).label), STATE_KIND.get(State(state), ""))


def _stage_name(row: Row) -> str:
    chinese = (get_language() or "").startswith("zh")
    name: str = row["stage__name_zh"] if chinese else row["stage__name_en"]
    return name


def _owner(row: Row) -> str:
    return row["owner__display_name"] or row["owner__username"] or str(_("pool"))


def _worth(row: Row) -> Any:
    """What it was sold for once it is won, what is expected until then."""
    return row["amount"] if row["state"] == State.WON else row["expected_amount"]


def _amount(row: Row) -> str:
    return str(amount(_worth(row), row["currency"]))


def _amount_exported(row: Row) -> Cell:
    value = _worth(row)
    return None if value is None else float(value)


def _money(path: str) -> Callable[[Row], Cell]:
    return lambda row: None if row[path] is None else float(row[path])


def _reason_name(row: Row) -> str:
    chinese = (get_language() or "").startswith("zh")
    return row["loss_reason__name_zh" if chinese else "loss_reason__name_en"] or ""


@lru_cache(maxsize=256)
def _grade_tag(grade: str) -> str:
    return tag(grade, GRADE_KIND.get(grade, "")) if grade else DASH


def _tags(row: Row) -> str:
    return joined(escaped(tag(name)) for name in row["tags"]) or DASH


TEMPERATURES = {"hot": _("hot"), "warm": _("warm"), "cold": _("cold")}
_TEMPERATURE_KIND = {"hot": "bad", "warm": "warn"}


DISCOVERED = {
    "none": _("nothing asked yet"),
    "partly": _("partly discovered"),
    "complete": _("completely discovered"),
}


def _parts(row: Row) -> str:
    """The letters of the answered parts, as people know them."""
    return (row["discovery__parts"] or "").upper()


def _discovery(row: Row) -> str:
    letters = _parts(row)
    return tag(letters, "good" if row["discovery__complete"] else "") if letters else DASH


def _due(row: Row) -> str:
    """When a limit of the clocks ends: first follow-up, next contact, answer to a handoff."""
    at = row["timing__due_at"]
    if at is None:
        return DASH
    return tag(str(day(at)), "bad") if at < now() else str(day(at))


def _temperature_name(row: Row) -> str:
    return str(TEMPERATURES.get(row["grading__temperature"] or "", ""))


def _temperature(row: Row) -> str:
    name = _temperature_name(row)
    return tag(name, _TEMPERATURE_KIND.get(row["grading__temperature"], "")) if name else DASH


def _grade_reason(row: Row) -> str:
    said = escaped(row["grade_reason"])
    return joined(('<span class="cut" title="', said, '">', said, "</span>")) if said else DASH


def _days_in_stage(row: Row) -> int | None:
    """Of open leads: where it ended, nothing waits."""
    if row["state"] != State.OPEN:
        return None
    days: int = (now() - row["stage_since"]).days
    return max(0, days)


def _stage_days(row: Row) -> str:
    days = _days_in_stage(row)
    return DASH if days is None else str(days)


def tag(text: str, kind: str = "") -> str:
    return format_html('<span class="tag {}">{}</span>', f"tag-{kind}" if kind else "", text)


def by_grade() -> Case:
    """An order: A, B, C, then leads without a grade."""
    return Case(
        *(When(grade=grade, then=Value(place)) for place, grade in enumerate("ABC")),
        default=Value(3),
        output_field=IntegerField(),
    )


def lead_url(number: str) -> str:
    """The address of a lead's page; put together here, as lists need a hundred of them."""
    return f"{_list_url()}{quote(number)}/"


@cache
def _list_url() -> str:
    return reverse("leads:list")


_NULLABLE = frozenset(
    {
        "grading__points",
        "grading__temperature",
        "channel__name",
        "closed_at",
        "discovery__done",
        "expected_amount",
        "last_followed_up_at",
        "loss_reason_id",
        "owner__display_name",
        "team__name",
        "timing__due_at",
    }
)
_STAGE = ("stage__name_zh", "stage__name_en")
_REASON = ("loss_reason__name_zh", "loss_reason__name_en")
_OWNER = ("owner__display_name", "owner__username")

COLUMNS: tuple[Column, ...] = (
    Column("customer", _("Customer"), ("customer__name",), _customer, _raw("customer__name"),
           sort="customer__name", css="wide-cell"),
    Column("number", _("Number"), ("number",), _number, _raw("number"), sort="number", css="num start"),
    Column("state", _("Outcome"), ("state",), _state, lambda row: str(State(row["state"]).label),
           sort="state"),
    Column("stage", _("Stage"), _STAGE, _stage_name, _stage_name, sort="stage__position"),
    Column("grade", _("Grade"), ("grade",),
           lambda row: _grade_tag(row["grade"]),
           _raw("grade"), sort="grade", cell="grade"),
    Column("grade_reason", _("Reason of the grade"), (), _grade_reason, lambda row: row["grade_reason"],
           css="wide-cell"),
    Column("temperature", _("Temperature"), ("grading__temperature",), _temperature, _temperature_name,
           sort="grading__temperature"),
    Column("points", _("Score"), ("grading__points",),
           lambda row: DASH if row["grading__points"] is None else str(row["grading__points"]),
           _raw("grading__points"), sort="grading__points", css="num"),
    Column("discovery", _("Need discovery"), ("discovery__parts", "discovery__complete"), _discovery, _parts,
           sort="discovery__done"),
    _text("channel", _("Channel"), "channel__name", cell="channel"),
    Column("owner", _("Owner"), _OWNER, _owner, _owner, sort="owner__display_name", cell="owner"),
    _text("team", _("Team"), "team__name"),
    Column("amount", _("Amount"), ("amount", "expected_amount", "currency", "state"), _amount,
           _amount_exported, sort="expected_amount", css="num"),
    _time("captured", _("Captured at"), "captured_at"),
    Column("last_follow_up", _("Last follow-up"), ("last_followed_up_at",),
           lambda row: str(ago(row["last_followed_up_at"])), _raw("last_followed_up_at"),
           sort="last_followed_up_at"),
    Column("due", _("Contact due"), ("timing__due_at",), _due, _raw("timing__due_at"),
           sort="timing__due_at", css="num start"),
    _text("industry", _("Industry"), "industry", cell="industry"),
    _text("size", _("Company size"), "size", cell="size"),
    _text("region", _("Region"), "region", cell="region"),
    _text("source_detail", _("Source detail"), "source_detail", cell="source_detail"),
    _text("campaign", _("Campaign"), "campaign", cell="campaign"),
    Column("expected", _("Expected amount"), ("expected_amount", "currency"),
           lambda row: str(amount(row["expected_amount"], row["currency"])), _money("expected_amount"),
           sort="expected_amount", css="num", cell="expected_amount"),
    Column("tags", _("Tags"), (), lambda row: _tags(row), lambda row: ", ".join(row["tags"]), cell="tags"),
    _time("stage_since", _("In this stage since"), "stage_since"),
    Column("stage_days", _("Days in the stage"), ("stage_since", "state"), _stage_days, _days_in_stage,
           css="num"),
    _time("closed", _("Closed"), "closed_at"),
    Column("reason", _("Loss reason"), _REASON, lambda row: _reason_name(row) or DASH, _reason_name,
           sort="loss_reason_id"),
    Column("follow_ups", _("Follow-ups"), ("follow_up_count",), lambda row: str(row["follow_up_count"]),
           _raw("follow_up_count"), sort="follow_up_count", css="num"),
)  # fmt: skip

BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
DEFAULT = ("customer", "number", "state", "stage", "grade", "channel", "owner", "amount", "captured")
DEFAULT_SORT = "-captured"


def chosen(keys: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of these keys in their order; unknown ones left out, never none."""
    found = tuple(BY_KEY[key] for key in dict.fromkeys(keys) if key in BY_KEY)
    return found or tuple(BY_KEY[key] for key in DEFAULT)


def fields_of(columns: tuple[Column, ...]) -> list[str]:
    """Every path to fetch; id and number always, as every row is chosen by the one and links by the other."""
    return list(dict.fromkeys(["id", "number", *(path for column in columns for path in column.reads)]))


def with_foreign(rows: list[dict[str, Any]], columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """What stands elsewhere, in one query for all rows each; none where no column shows it."""
    shown = {column.key for column in columns}
    if "grade_reason" in shown:
        why = reasons_of([row["id"] for row in rows])
        for row in rows:
            row["grade_reason"] = why[row["id"]].render(gettext) if row["id"] in why else ""
    return _with_tags(rows) if "tags" in shown else rows


def _with_tags(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    held: dict[int, list[str]] = {}
    pairs = Lead.tags.through._default_manager.filter(lead_id__in=[row["id"] for row in rows])
    for lead_id, name in pairs.order_by("tag__name").values_list("lead_id", "tag__name"):
        held.setdefault(lead_id, []).append(name)
    for row in rows:
        row["tags"] = held.get(row["id"], [])
    return rows


def export_value(column: Column, row: Row) -> Cell:
    value = column.export(row)
    return value if not isinstance(value, datetime) else value.replace(microsecond=0)
