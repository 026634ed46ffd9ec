"""Writes: searches for pairs, decisions, merges, names."""

from leadloop.identity.operations.contacts import (
    add_person,
    bring_person_back,
    correct_person,
    retire_person,
)
from leadloop.identity.operations.customers import add_alias, correct_customer, remove_alias
from leadloop.identity.operations.deciding import keep_apart, reconsider
from leadloop.identity.operations.merging import merge
from leadloop.identity.operations.running import ask, run, waiting
from leadloop.identity.operations.undoing import undo_merge

__all__ = [
    "add_alias",
    "add_person",
    "ask",
    "bring_person_back",
    "correct_customer",
    "correct_person",
    "keep_apart",
    "merge",
    "reconsider",
    "remove_alias",
    "retire_person",
    "run",
    "undo_merge",
    "waiting",
]
