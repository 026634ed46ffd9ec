"""Writes about scripts."""

from __future__ import annotations

from leadloop.playbook.facts import ScriptFacts
from leadloop.playbook.operations.installing import install_shipped
from leadloop.playbook.operations.using import count_use, write_uses
from leadloop.playbook.operations.writing import (
    discard_draft,
    publish,
    retire,
    revive,
    save_draft,
)

__all__ = [
    "ScriptFacts",
    "count_use",
    "discard_draft",
    "install_shipped",
    "publish",
    "retire",
    "revive",
    "save_draft",
    "write_uses",
]
