"""The report as one HTML file that loads nothing: style and charts are inside, and there is no script."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadloop import __version__
from leadloop.analysis.results import QualityCheck
from leadloop.intake.result import Issue
from leadloop.reporting import definitions, diagnosis, formats, sentences, svg, tables
from leadloop.reporting.definitions import Definition
from leadloop.reporting.diagnosis import Diagnosis, Fact
from leadloop.reporting.sentences import Sentence

MOST_ISSUES = 50
MOST_EXAMPLES = 5

_TEMPLATE = "reporting/document/report.html"


@dataclass(frozen=True, slots=True)
class CheckLine:
    title: str
    count: str
    share: str
    examples: str


@dataclass(frozen=True, slots=True)
class IssueLine:
    severity: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class ColumnLine:
    header: str
    use: str
    examples: str


@dataclass(frozen=True, slots=True)
class Stat:
    label: str
    text: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything the template gets."""

    language: str
    title: str
    style: SafeString
    facts: tuple[Fact, ...]
    verdict: Sentence
    found_checks: tuple[CheckLine, ...]
    clean_checks: tuple[CheckLine, ...]
    warnings: tuple[str, ...]
    issues: tuple[IssueLine, ...]
    has_errors: bool
    more_issues: int
    columns: tuple[ColumnLine, ...]
    conversion_answer: tuple[Sentence, ...]
    funnel_answer: tuple[Sentence, ...]
    space: str
    stats: tuple[Stat, ...]
    conversion: tables.ConversionTable
    curve: svg.CurveDrawing | None
    horizon: int
    funnel: tables.FunnelTable
    funnel_drawing: svg.FunnelDrawing | None
    period: str
    compare: str
    definitions: tuple[Definition, ...]
    made_at: str
    version: str


def render(found: Diagnosis) -> str:
    """The whole file, in the active language."""
    page = report_page(found)
    return render_to_string(_TEMPLATE, {name: getattr(page, name) for name in page.__slots__})


def report_page(found: Diagnosis) -> ReportPage:
    conversion, funnel, names = found.conversion, found.funnel, found.names
    return ReportPage(
        language=get_language() or "en",
        title=found.title,
        style=mark_safe(render_to_string("reporting/document/report.css")),  # noqa: S308 - our own file
        facts=diagnosis.facts(found),
        verdict=diagnosis.verdict(found),
        found_checks=tuple(check_line(check) for check in found.quality if check.count),
        clean_checks=tuple(check_line(check) for check in found.quality if not check.count),
        warnings=tuple(warning.render(_) for warning in diagnosis.warnings(found)),
        issues=tuple(issue_line(issue) for issue in found.issues[:MOST_ISSUES]),
        has_errors=any(issue.severity == "error" for issue in found.issues),
        more_issues=max(0, len(found.issues) - MOST_ISSUES),
        columns=_columns(found),
        conversion_answer=sentences.of_conversion(conversion, names),
        funnel_answer=sentences.of_funnel(funnel, names),
        space="" if formats.chinese() else " ",
        stats=_stats(found),
        conversion=tables.conversion_table(conversion, names),
        curve=svg.incidence(conversion.expected),
        horizon=conversion.expected.horizon_days,
        funnel=tables.funnel_table(funnel, names),
        funnel_drawing=svg.funnel(funnel, names),
        period=formats.period(found.scope.period),
        compare=formats.period(found.scope.compare) if found.scope.compare else "",
        definitions=definitions.of_reports(),
        made_at=formats.moment(found.made_at, found.scope.zone),
        version=__version__,
    )


def check_line(check: QualityCheck) -> CheckLine:
    examples = check.examples[:MOST_EXAMPLES]
    return CheckLine(
        title=check.title.render(_),
        count=formats.count(check.count),
        share=formats.percent(check.share),
        examples=", ".join(examples) + (" …" if check.count > len(examples) and examples else ""),
    )


def issue_line(issue: Issue) -> IssueLine:
    """``leads.csv, row 12, 成交金额: …``."""
    place = [issue.file] if issue.file else []
    if issue.row is not None:
        place.append(_("row %(row)s") % {"row": issue.row})
    if issue.column:
        place.append(issue.column)
    return IssueLine(issue.severity, ", ".join(place), issue.message.render(_))


def _columns(found: Diagnosis) -> tuple[ColumnLine, ...]:
    if found.understanding is None:
        return ()
    return tuple(
        ColumnLine(
            header=column.header,
            use=definitions.use_of_column(column),
            examples=", ".join(column.examples[:3]),
        )
        for column in found.understanding.columns
    )


def _stats(found: Diagnosis) -> tuple[Stat, ...]:
    row, expected = found.conversion.overall, found.conversion.expected
    stats = [
        Stat(_("leads"), formats.count(row.leads)),
        Stat(_("won"), formats.count(row.deals)),
        Stat(
            _("conversion, %(interval)s") % {"interval": formats.interval(row.rate_interval)},
            formats.percent(row.rate),
        ),
    ]
    if expected.expected is not None:
        stats.append(
            Stat(
                _("expected by day %(days)s, %(interval)s")
                % {"days": expected.horizon_days, "interval": formats.interval(expected.interval)},
                formats.percent(expected.expected),
            )
        )
    if row.won_amount is not None:
        stats.append(
            Stat(_("won amount"), formats.amount(row.won_amount), formats.exact_amount(row.won_amount))
        )
    if row.average_deal is not None:
        stats.append(
            Stat(_("average deal"), formats.amount(row.average_deal), formats.exact_amount(row.average_deal))
        )
    if row.median_cycle_days is not None:
        stats.append(Stat(_("median cycle"), formats.days(row.median_cycle_days)))
    return tuple(stats)
