"""The scripts for a lead, the nearest first, each with why it fits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from leadloop.foundation.messages import Message
from leadloop.people.kept import steady
from leadloop.playbook.models import Purpose, ScriptVersion
from leadloop.playbook.queries.scripts import live, stage_names
from leadloop.playbook.rules import Situation, match, why


@dataclass(frozen=True, slots=True)
class Fit:
    version: ScriptVersion
    reason: Message
    score: int
    """Higher is nearer; 0: it fits every lead."""


@steady()
def for_lead(
    *,
    industry: str,
    grade: str,
    stage_key: str,
    language: str,
    purpose: Purpose | str | None = None,
    process: Collection[str] = (),
) -> tuple[Fit, ...]:
    """Scripts in ``language`` (``zh`` or ``en``) for such a lead; of one ``purpose`` when it is named.

    Left out is what was written for another industry, stage or grade, and need discovery unless it is asked
    for. ``process``: key and names of the lead's process, which count as its industry, too.
    """
    situation = Situation(industry=industry, grade=grade, stage_key=stage_key, process=process)
    names = stage_names()
    found: list[Fit] = []
    for one in live():
        wanted = one.purpose == purpose if purpose else one.purpose != Purpose.SPIN
        if not wanted or one.language != language:
            continue
        hit = match(industry=one.industry, grades=one.grades, stages=one.stages, situation=situation)
        if hit is not None:
            found.append(Fit(one, why(hit.aspects, names.get(stage_key, stage_key)), hit.score))
    order = {value: place for place, value in enumerate(Purpose.values)}
    return tuple(
        sorted(found, key=lambda fit: (-fit.score, order[fit.version.purpose], fit.version.script.key))
    )
