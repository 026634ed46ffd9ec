"""The questions that fit a lead, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadloop.foundation.messages import Message
from leadloop.leads.models import Lead
from leadloop.playbook.models import Part, Purpose, ScriptVersion
from leadloop.playbook.queries import for_lead
from leadloop.playbook.rules import questions


@dataclass(frozen=True, slots=True)
class PartPrompt:
    version: ScriptVersion
    questions: tuple[str, ...]
    reason: Message
    """Why these."""


def prompts(lead: Lead, language: str) -> Mapping[Part, PartPrompt]:
    """The nearest questions for each part in ``language`` (zh or en); a part without any is left out."""
    process = lead.process
    found = for_lead(
        industry=lead.industry,
        grade=lead.grade,
        stage_key=lead.stage.key,
        language=language,
        purpose=Purpose.SPIN,
        process=(process.key, process.name_zh, process.name_en),
    )
    nearest: dict[Part, PartPrompt] = {}
    for fit in found:
        part = Part(fit.version.part)
        nearest.setdefault(part, PartPrompt(fit.version, questions(fit.version.text), fit.reason))
    return nearest
