"""Reads about next actions. What serves a person starts from the leads that the person sees."""

from leadloop.actions.queries.actions import (
    get,
    late,
    moments_of,
    next_of,
    of_lead,
    open_of,
    overdue,
    people_for,
    postponed,
    visible,
)

__all__ = [
    "get",
    "late",
    "moments_of",
    "next_of",
    "of_lead",
    "open_of",
    "overdue",
    "people_for",
    "postponed",
    "visible",
]
