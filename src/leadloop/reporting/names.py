"""Names for the keys that results carry: a file brings its own, the application looks its records up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadloop.analysis.tables import Stage

DIMENSIONS = {
    "source": gettext_noop("Channel"),
    "source_detail": gettext_noop("Source detail"),
    "campaign": gettext_noop("Campaign"),
    "industry": gettext_noop("Industry"),
    "size": gettext_noop("Company size"),
    "region": gettext_noop("Region"),
    "grade": gettext_noop("First grade"),
    "current_grade": gettext_noop("Current grade"),
    "team": gettext_noop("Team"),
    "current_team": gettext_noop("Current team"),
    "owner": gettext_noop("Owner"),
    "current_owner": gettext_noop("Current owner"),
    "process": gettext_noop("Process"),
    "industry+size": gettext_noop("Customer type"),
    "month": gettext_noop("Month of capture"),
    "week": gettext_noop("Week of capture"),
    "quarter": gettext_noop("Quarter of capture"),
}
"""Dimension -> its title. Any other column of a file is its own title."""

STAGES = {
    "captured": gettext_noop("Captured"),
    "screened": gettext_noop("Screened"),
    "need": gettext_noop("Need"),
    "proposal": gettext_noop("Proposal"),
    "negotiation": gettext_noop("Negotiation"),
    "signed": gettext_noop("Signed"),
}
"""The six canonical steps, where a stage has no name of its own."""


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
            return _(DIMENSIONS[dimension])
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
        return _(STAGES[key]) if key in STAGES else key

    def reason(self, key: str | None) -> str:
        return _("(no reason given)") if key is None else self.reasons.get(key, key)


def names_of_file(stages: Sequence[Stage]) -> Names:
    """A file's own words for its stages and values; a grade in it has no history."""
    return Names(
        stages={stage.key: stage.name for stage in stages if stage.name and stage.name != stage.key},
        titles={"grade": _("Grade")},
    )
