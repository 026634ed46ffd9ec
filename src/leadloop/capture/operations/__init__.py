"""Writes of the doors through which leads come in."""

from __future__ import annotations

from leadloop.capture.operations.capturing import Door, capture
from leadloop.capture.operations.forms import FormFacts, change_form, create_form
from leadloop.capture.operations.inbox import Receipt, accept, work_off
from leadloop.capture.operations.retention import remove_old, set_retention
from leadloop.capture.operations.sharing import answer_request, ask_to_share

__all__ = [
    "Door",
    "FormFacts",
    "Receipt",
    "accept",
    "answer_request",
    "ask_to_share",
    "capture",
    "change_form",
    "create_form",
    "remove_old",
    "set_retention",
    "work_off",
]
