"""Writes about need discovery."""

from __future__ import annotations

from leadloop.discovery.operations.answering import answer, answer_all, remove, restore, revise
from leadloop.discovery.operations.bulk import AnswerRow, write_answers
from leadloop.discovery.operations.policies import publish_discovery

__all__ = [
    "AnswerRow",
    "answer",
    "answer_all",
    "publish_discovery",
    "remove",
    "restore",
    "revise",
    "write_answers",
]
