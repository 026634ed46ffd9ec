"""Reads about follow-up records. What serves a person starts from the leads that the person sees."""

from __future__ import annotations

from leadloop.followup.queries.records import (
    attachment_of,
    get,
    last_contacts,
    last_of,
    of_lead,
    versions_of,
    waiting_of,
)

__all__ = [
    "attachment_of",
    "get",
    "last_contacts",
    "last_of",
    "of_lead",
    "versions_of",
    "waiting_of",
]
