"""Names for the keys that results carry: a file brings its own, the application looks its records up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from leadloop.analysis.tables import Stage
from leadloop.foundation.messages import msg

DIMENSIONS = {
    "source": msg("Channel"),
    "source_detail": msg("Source detail"),
    "campaign": msg("Campaign"),
    "industry": msg("Industry"),
    "size": msg("Company size"),
    "region": msg("Region"),
    "currency": msg("Currency"),
    "grade": msg("First grade"),
    "current_grade": msg("Current grade"),
    "team": msg("Team"),
    "current_team": msg("Current team"),
    "owner": msg("Owner"),
    "current_owner": msg("Current owner"),
    "process": msg("Process"),
    "industry+size": msg("Customer type"),
    "month": msg("Month of capture"),
    "week": msg("Week of capture"),
    "quarter": msg("Quarter of capture"),
}
"""Dimension -> its title. Any other column of a file is its own title."""


@dataclass(frozen=True, slots=True)
class Names:
    """Looks up what a key is called; a key without a name is shown as it is."""

    stages: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Column -> key -> name."""
    titles: Mapping[str, str] = field(default_factory=dict)

    def dimension(self, dimension: str) -> str:
        """The title of ``source`` or ``industry+size``."""
        if dimension in self.titles:
            return self.titles[dimension]
        if dimension in DIMENSIONS:
            return DIMENSIONS[dimension].render(_)
        return (
            " + ".join(self.dimension(column) for column in dimension.split("+"))
            if "+" in dimension
            else dimension
        )

    def value(self, column: str, key: str | None) -> str:
        if key is None:
            return _("(not filled in)")
        return self.values.get(column, {}).get(key, key)

    def values_of(self, dimension: str, keys: Sequence[str | None]) -> str:
        """``制造业 / 大型企业``."""
        columns = dimension.split("+") if len(keys) > 1 else [dimension]
        return " / ".join(self.value(column, key) for column, key in zip(columns, keys, strict=True))

    def stage(self, key: str) -> str:
        if key in self.stages:
            return self.stages[key]
        return canonical_stages().get(key, key)

    def reason(self, key: str | None) -> str:
        return _("(no reason given)") if key is None else self.reasons.get(key, key)


def names_of_file(stages: Sequence[Stage]) -> Names:
    """A file's own words for its stages and values; a grade in it has no history."""
    return Names(
        stages={stage.key: stage.name for stage in stages if stage.name and stage.name != stage.key},
        titles={"grade": _("Grade")},
    )


def canonical_stages() -> dict[str, str]:
    """The six canonical steps, where a stage has no name of its own."""
    return {
        "captured": pgettext("stage", "Captured"),
        "screened": pgettext("stage", "Screened"),
        "need": pgettext("stage", "Need"),
        "proposal": pgettext("stage", "Proposal"),
        "negotiation": pgettext("stage", "Negotiation"),
        "signed": pgettext("stage", "Signed"),
    }
