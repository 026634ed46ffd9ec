"""The report for a terminal: trust, answer, tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from leadloop.reporting import diagnosis, formats, sentences, tables
from leadloop.reporting.diagnosis import Diagnosis
from leadloop.reporting.documents import page

MOST_ISSUES = 10

TableWriter = Callable[..., str]
"""``table(headers, rows, right=columns set flush right)``: the terminal knows the width of its characters."""


def text(found: Diagnosis, table: TableWriter) -> str:
    """Everything in the active language, ending without a newline."""
    parts = [found.title, _facts(found), _trust(found, table)]
    parts.append(sentences.plain(sentences.of_conversion(found.conversion, found.names)))
    parts.append(_conversion(found, table))
    parts.append(sentences.plain(sentences.of_funnel(found.funnel, found.names)))
    parts.append(_funnel(found, table))
    return "\n\n".join(part for part in parts if part)


def _facts(found: Diagnosis) -> str:
    return "\n".join(f"{fact.label}: {fact.text}" for fact in diagnosis.facts(found))


def _trust(found: Diagnosis, table: TableWriter) -> str:
    lines = [sentences.plain([diagnosis.verdict(found)])]
    checks = [page.check_line(check) for check in found.quality if check.count]
    if checks:
        rows = [(check.title, check.count, check.share, check.examples) for check in checks]
        lines += ["", table([_("Check"), _("Leads"), _("Share"), _("For example")], rows, right={1, 2}), ""]
    lines += [f"! {warning.render(_)}" for warning in diagnosis.warnings(found)]
    issues = [page.issue_line(issue) for issue in found.issues[:MOST_ISSUES]]
    lines += [f"- {issue.place}: {issue.text}" if issue.place else f"- {issue.text}" for issue in issues]
    if len(found.issues) > MOST_ISSUES:
        lines.append(
            _("- and %(count)s more: see the report (-o report.html)")
            % {"count": len(found.issues) - MOST_ISSUES}
        )
    return "\n".join(lines).rstrip()


def _conversion(found: Diagnosis, table: TableWriter) -> str:
    view = tables.conversion_table(found.conversion, found.names)
    headers = [_("Dimension"), _("Value"), _("Leads"), _("Won"), _("Rate"), _("Interval")]
    right: Collection[int] = {2, 3, 4, 5, 6}
    if view.compared:
        headers += [pgettext("difference", "Change"), _("Clear?")]
    headers.append(_("Priority"))
    rows = [_conversion_row("", view.overall, pgettext("every lead", "All"), compared=view.compared)]
    for group in view.groups:
        for index, line in enumerate(group.lines):
            rows.append(
                _conversion_row(line.label, line, group.title if not index else "", compared=view.compared)
            )
    return table(headers, rows, right=right if view.compared else {2, 3, 4, 5})


def _conversion_row(
    label: str, line: tables.ConversionLine, dimension: str, *, compared: bool
) -> Sequence[str]:
    cells = [dimension, label, line.leads.text, line.deals.text, line.rate, line.interval]
    if compared:
        clear = (
            (pgettext("difference", "clear") if line.change.clear else _("within noise"))
            if line.change.direction
            else ""
        )
        cells += [line.change.text, clear]
    return [*cells, line.priority_text if line.priority else ""]


def _funnel(found: Diagnosis, table: TableWriter) -> str:
    view = tables.funnel_table(found.funnel, found.names)
    headers = [
        _("Stage"),
        _("Entered"),
        _("Advanced"),
        _("Lost"),
        _("Still here"),
        _("Loss rate"),
        _("Of all"),
    ]
    headers += [_("Dwell, median"), _("Main loss reasons")]
    rows = [
        (
            line.stage + (" ◀" if line.weakest else ""),
            line.entered.text,
            line.advanced.text,
            line.lost.text,
            line.open.text,
            line.loss_rate,
            line.cumulative,
            line.dwell_median,
            formats.joined([f"{reason.name} {reason.share}" for reason in line.reasons]),
        )
        for line in view.lines
    ]
    return table(headers, rows, right=range(1, 8))
