"""Everything a document says about one question, before it is put into a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadloop.analysis.results import Conversion, Funnel
from leadloop.foundation.messages import Message
from leadloop.reporting import formats, sentences
from leadloop.reporting.names import Names
from leadloop.reporting.sentences import Sentence

if TYPE_CHECKING:
    from leadloop.analysis.results import QualityCheck
    from leadloop.analysis.scope import Scope
    from leadloop.intake.result import Issue, Understanding


WORTH_A_WARNING = 0.05
"""Share of leads that a check must find before the verdict says “with care”."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One population: how far its data can be trusted, its conversion, its funnel."""

    sources: tuple[str, ...]
    """Names of the files."""
    made_at: datetime
    scope: Scope
    conversion: Conversion
    funnel: Funnel
    quality: tuple[QualityCheck, ...]
    issues: tuple[Issue, ...]
    names: Names
    understanding: Understanding | None = None

    @property
    def title(self) -> str:
        return _("Conversion and funnel: %(period)s") % {"period": formats.period(self.scope.period)}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str


def facts(diagnosis: Diagnosis) -> tuple[Fact, ...]:
    """What was asked, in a line: files, period, comparison, basis, as-of, leads."""
    scope, population = diagnosis.scope, diagnosis.conversion.population
    found = [
        Fact(_("Source"), formats.joined(list(diagnosis.sources))),
        Fact(_("Period"), formats.period(scope.period)),
    ]
    if scope.compare is not None:
        found.append(Fact(_("Compared with"), formats.period(scope.compare)))
    found += [
        Fact(_("Basis"), basis_text(scope.basis)),
        Fact(_("Data as of"), formats.moment(population.as_of, scope.zone)),
        Fact(_("Leads"), formats.count(population.leads)),
    ]
    if excluded := sum(population.excluded.values()):
        found.append(Fact(_("Counted nowhere"), excluded_text(population.excluded, excluded)))
    return tuple(found)


def basis_text(basis: str) -> str:
    if basis == "activity":
        return _("what happened in the period (activity)")
    return _("leads captured in the period, followed to now (cohort)")


def excluded_text(excluded: Mapping[str, int], total: int) -> str:
    words = {"invalid": _("invalid"), "merged": _("merged"), "withdrawn": _("import undone")}
    parts = [f"{words.get(why, why)} {formats.count(count)}" for why, count in excluded.items() if count]
    return f"{formats.count(total)} ({formats.joined(parts)})"


def verdict(diagnosis: Diagnosis) -> Sentence:
    """How far the data can be trusted, in one sentence."""
    found = [check for check in diagnosis.quality if check.count]
    errors = sum(1 for issue in diagnosis.issues if issue.severity == "error")
    worst = max((check.share or 0.0 for check in found), default=0.0)
    if errors:
        template = ngettext(
            "**Read with care**: %(count)s row could not be read and is left out.",
            "**Read with care**: %(count)s rows could not be read and are left out.",
            errors,
        )
    elif not found:
        template = _("**Nothing found** that would put these figures in doubt.")
    elif worst >= WORTH_A_WARNING:
        template = ngettext(
            "**Read with care**: %(count)s check found something that can shift the figures.",
            "**Read with care**: %(count)s checks found something that can shift the figures.",
            len(found),
        )
    else:
        template = ngettext(
            "**Good enough to act on**: %(count)s check found something, in few leads.",
            "**Good enough to act on**: %(count)s checks found something, each in few leads.",
            len(found),
        )
    count = formats.count(errors or len(found))
    return sentences.spans(template, {"count": count} if errors or found else {})


def warnings(diagnosis: Diagnosis) -> tuple[Message, ...]:
    """What the figures themselves warn about, each once."""
    found = (*diagnosis.conversion.warnings, *diagnosis.funnel.warnings)
    return tuple({str(warning): warning for warning in found}.values())
