"""Writes about need discovery."""

from __future__ import annotations

from leadloop.discovery.operations.answering import answer, answer_all, remove, restore, revise
from leadloop.discovery.operations.bulk import AnswerRow, write_answers

__all__ = ["AnswerRow", "answer", "answer_all", "remove", "restore", "revise", "write_answers"]
