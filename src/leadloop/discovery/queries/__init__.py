"""Reads about need discovery."""

from __future__ import annotations

from leadloop.discovery.queries.completeness import (
    Completeness,
    answered_parts,
    completeness,
    discovered,
    discovered_leads,
)
from leadloop.discovery.queries.policies import policy_of, target
from leadloop.discovery.queries.prompts import PartPrompt, prompts
from leadloop.discovery.queries.standings import answers_of, standing, standings

__all__ = [
    "Completeness",
    "PartPrompt",
    "answered_parts",
    "answers_of",
    "completeness",
    "discovered",
    "discovered_leads",
    "policy_of",
    "prompts",
    "standing",
    "standings",
    "target",
]
