"""The pipeline board: a column a stage, cards that are dragged on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import Conflict, LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.errors import STATUS
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.templatetags.ui import number, short_sums
from leadloop.leads import operations, queries
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.money import Purse, Sums, main_first, sums, times
from leadloop.leads.permissions import require
from leadloop.leads.rules import step_between
from leadloop.leads.web.columns import GRADE_KIND, lead_url
from leadloop.leads.web.filters import BOARD_FILTERS, Chip, ListQuery
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.process.models import Process, Stage
from leadloop.process.queries import stages_by_process

CARDS = 30
"""Cards loaded at a time; the next ones come when the last is scrolled to."""
WON_DAYS = 30
LATE, SILENT = 1.0, 2.0
"""Time in a stage over its expected dwell: from the first a card is late, from the second neglected."""


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    url: str
    customer: str
    grade: str
    grade_kind: str
    amount: Decimal | None
    currency: str
    owner: str
    days: int
    lateness: str
    """Of its time in the stage: ``warn``, ``bad`` or empty."""
    overdue: bool
    """A contact with the customer is: by a planned action or a clock."""
    log: str
    """Where a follow-up is written down; empty where the reader does not."""


@dataclass(frozen=True, slots=True)
class Summary:
    count: int
    amount: Sums
    weighted: Sums


@dataclass(frozen=True, slots=True)
class BoardColumn:
    key: str
    name: str
    won: bool
    hint: str
    summary: Summary
    cards: tuple[Card, ...]
    more: str
    """Address of the next cards; empty when all are shown."""


@dataclass(frozen=True, slots=True)
class ProcessTab:
    name: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    columns: tuple[BoardColumn, ...]
    processes: tuple[ProcessTab, ...]
    chips: tuple[Chip, ...]
    address: str
    filtered: bool
    empty: bool
    may_register: bool


@dataclass(frozen=True, slots=True)
class CardsPage:
    cards: tuple[Card, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Board:
    """What is asked: a process and filters, for a reader at a moment."""

    user: Any
    process: Process
    stages: Sequence[Stage]
    question: ListQuery
    now: datetime

    leads: QuerySet[Lead]
    """Of all processes: which one, the stages say."""
    places: Mapping[int, str]
    """The key of each stage of every version of the process."""

    def of_stage(self, stage: Stage) -> QuerySet[Lead]:
        """Open leads of a stage, whatever version of the process they run on; the newly won in the last."""
        ids = [pk for pk, key in self.places.items() if key == stage.key]
        if stage.won:
            return self.won_lately().filter(stage__in=ids)
        return self.leads.filter(state=State.OPEN, stage__in=ids)

    def won_lately(self) -> QuerySet[Lead]:
        since = self.now - timedelta(days=WON_DAYS)
        return self.leads.filter(state=State.WON, closed_at__isnull=False, closed_at__lately=since)

    def address(self, **extra: object) -> str:
        pairs = {"process": self.process.key, **extra}
        return f"{self.question.address(page=1)}&{urlencode(pairs)}"

    def kept(self, chip: Chip) -> Chip:
        """A chip whose cross stays in this process."""
        return replace(chip, remove=f"{chip.remove}&{urlencode({'process': self.process.key})}")


@login_required
def board(request: HttpRequest) -> HttpResponse:
    asked, processes = _read(request)
    summaries = _summaries(asked)
    found = tuple(_column(asked, stage, summaries[stage.key]) for stage in asked.stages)
    page = BoardPage(
        columns=found,
        processes=_process_tabs(asked, processes),
        chips=tuple(asked.kept(chip) for chip in asked.question.chips(asked.user)),
        address=asked.address(),
        filtered=asked.question.filtered,
        empty=not any(column.summary.count for column in found),
        may_register=may(request.user, "register"),
    )
    return show(request, "leads/pipeline.html", page)


@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """The next cards of one column."""
    asked, _processes = _read(request)
    stage = _stage(asked.stages, request.GET.get("stage", ""))
    start = request.GET.get("from", "")
    found, more = _cards(
        asked, stage, int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0
    )
    return show(request, "leads/pipeline_cards.html", CardsPage(cards=found, more=more))


@login_required
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """A card was dropped on another column: move it, or say which form is needed, or why not."""
    asked, _processes = _read(request)
    try:
        lead = queries.get(request.user, request.POST.get("lead", ""))
        if lead.state != State.OPEN or lead.stage.key != request.POST.get("from", ""):
            raise Conflict(msg("Somebody has moved this lead meanwhile. Reload the page."))
        target = _stage(_stages_of(lead), request.POST.get("stage", ""))
        require(asked.user, Verb.MOVE, lead)
        if dialog := _form_needed(lead, target):
            return JsonResponse({"dialog": dialog})
        operations.move_stage(lead=lead, stage=target, actor=asked.user, now=now())
    except LeadloopError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        return JsonResponse({"error": error.message.render(gettext)}, status=status)
    return JsonResponse({"summaries": [_spoken(key, one) for key, one in _summaries(asked).items()]})


def _read(request: HttpRequest) -> tuple[Board, dict[Process, list[Stage]]]:
    assert isinstance(request.user, User)
    processes = stages_by_process()
    key = request.GET.get("process", "")
    process = next((p for p in processes if p.key == key), None) or next(
        (p for p in processes if p.is_default), next(iter(processes), None)
    )
    if process is None:
        raise NotFound(msg("There is no process yet."))
    question = ListQuery.read(request.GET)
    kept = {name: held for name, held in question.values.items() if name in BOARD_FILTERS}
    question = ListQuery(values=kept, text=question.text)
    leads = question.apply(queries.visible(request.user), zone=request.user.zone)
    places = dict(Stage.objects.filter(version__process=process).order_by().values_list("pk", "key"))
    return Board(request.user, process, processes[process], question, now(), leads, places), processes


def _summaries(asked: Board) -> dict[str, Summary]:
    """One query for the open leads, one for the newly won; amounts by currency."""
    # Of all processes: to pick these stages SQLite would leave the index that holds everything asked here.
    open_ = asked.leads.filter(state=State.OPEN)
    counts = {stage.key: 0 for stage in asked.stages}
    purses = {stage.key: Purse.empty() for stage in asked.stages}
    for key, currency, count, amount in (
        *_totals(open_, asked.places, "expected_amount"),
        *_totals(asked.won_lately(), asked.places, "amount"),
    ):
        if key in counts:
            counts[key] += count
            purses[key].add(currency, amount, count)
    order = main_first(purses.values())
    return {
        stage.key: _summary(stage, counts[stage.key], sums(purses[stage.key].amounts, order))
        for stage in asked.stages
    }


def _totals(
    leads: QuerySet[Lead], places: Mapping[int, str], what: str
) -> Iterator[tuple[str, str, int, Decimal | None]]:
    rows = leads.order_by().values_list("stage_id", "currency").annotate(count=Count("id"), sum=Sum(what))
    for stage, currency, count, amount in rows:
        if stage in places:
            yield places[stage], currency, count, amount


def _summary(stage: Stage, count: int, amount: Sums) -> Summary:
    middle = Decimal(stage.probability_low + stage.probability_high) / 200
    return Summary(count, amount, amount if stage.won else times(amount, middle))


def _column(asked: Board, stage: Stage, summary: Summary) -> BoardColumn:
    found, more = _cards(asked, stage, 0) if summary.count else ((), "")
    hint = f"{stage.probability_low}–{stage.probability_high}%"
    return BoardColumn(stage.key, stage.name, stage.won, hint, summary, found, more)


def _cards(asked: Board, stage: Stage, start: int) -> tuple[tuple[Card, ...], str]:
    rows = _rows(asked.of_stage(stage), stage, start, start + CARDS + 1)
    more = asked.address(stage=stage.key, **{"from": start + CARDS}) if len(rows) > CARDS else ""
    return tuple(_card(row, stage, asked) for row in rows[:CARDS]), more


def _rows(leads: QuerySet[Lead], stage: Stage, start: int, end: int) -> list[dict[str, Any]]:
    """The won newest first; the open by grade, those without one last, then as long as they stand there.

    In two steps, as each is in the order of the index; A, B, C and none together would have to be sorted.
    """
    if stage.won:
        return list(leads.order_by("-closed_at", "-id").values(*_FIELDS)[start:end])
    graded = leads.filter(grade__gt="").order_by("grade", "stage_since", "id")
    rows = list(graded.values(*_FIELDS)[start:end])
    if len(rows) == end - start:
        return rows
    before = start + len(rows) if rows or not start else graded.count()
    rest = leads.filter(grade="").order_by("stage_since", "id").values(*_FIELDS)
    return rows + list(rest[max(0, start - before) : end - before])


_FIELDS = (
    "number",
    "customer__name",
    "grade",
    "amount",
    "expected_amount",
    "currency",
    "stage_since",
    "owner_id",
    "owner__display_name",
    "owner__username",
    # Of the package of clocks, which is above: a join of the shown rows by their key.
    "timing__due_at",
    "timing__planned_at",
)


def _card(row: dict[str, Any], stage: Stage, asked: Board) -> Card:
    moment = asked.now
    days = max(0, (moment - row["stage_since"]).days)
    due = [row[name] for name in ("timing__due_at", "timing__planned_at") if row[name] is not None]
    return Card(
        number=row["number"],
        url=lead_url(row["number"]),
        customer=row["customer__name"],
        grade=row["grade"],
        grade_kind=GRADE_KIND.get(row["grade"], ""),
        amount=row["amount"] if stage.won else row["expected_amount"],
        currency=row["currency"],
        owner=row["owner__display_name"] or row["owner__username"] or "",
        days=days,
        lateness="" if stage.won else lateness(moment - row["stage_since"], stage.expected_days),
        overdue=not stage.won and any(one < moment for one in due),
        log=reverse("followup:log", args=[row["number"]]) if _logs(row, stage, asked.user) else "",
    )


def _logs(row: dict[str, Any], stage: Stage, user: User) -> bool:
    """Owners do, and who leads them; the form itself asks more exactly."""
    if stage.won or row["owner_id"] is None:
        return False
    return may(user, "assign") or (row["owner_id"] == user.pk and may(user, "work"))


def lateness(spent: timedelta, expected_days: float | None) -> str:
    if not expected_days:
        return ""
    ratio = spent / timedelta(days=expected_days)
    return "bad" if ratio >= SILENT else "warn" if ratio >= LATE else ""


def _form_needed(lead: Lead, target: Stage) -> str:
    """A win needs an amount, a skip or a return a reason: the form's address."""
    if lead.stage_id == target.pk:
        return ""
    if target.won:
        return reverse("leads:win", args=[lead.number])
    if step_between(lead.stage.position, target.position).needs_reason:
        return reverse("leads:move", args=[lead.number]) + f"?stage={target.key}"
    return ""


def _stages_of(lead: Lead) -> list[Stage]:
    return list(Stage.objects.filter(version=lead.version_id))


def _stage(stages: Iterable[Stage], key: str) -> Stage:
    found = next((stage for stage in stages if stage.key == key), None)
    if found is None:
        raise NotFound(msg("This process has no stage “%(key)s”.", key=key))
    return found


def _spoken(key: str, summary: Summary) -> dict[str, str]:
    return {
        "stage": key,
        "count": str(number(summary.count)),
        "amount": short_sums(summary.amount),
        "weighted": short_sums(summary.weighted),
    }


def _process_tabs(asked: Board, processes: Iterable[Process]) -> tuple[ProcessTab, ...]:
    return tuple(
        ProcessTab(p.name, asked.question.address(page=1) + f"&process={p.key}", p == asked.process)
        for p in processes
    )
