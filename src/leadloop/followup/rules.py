"""What a follow-up record has to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leadloop.followup.models import Mood, Way
from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg

LONGEST = 50_000
"""Characters of what the customer said: a whole transcript, and no more."""
MOST_CONTACTS = 20


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """What a person writes down about one contact. Numbers are ids."""

    way: str
    mood: str
    feedback: str = ""
    pains: str = ""
    need: bool = False
    solution: bool = False
    objection: bool = False
    at: datetime | None = None
    """When the contact was: now when left out (in an edit: as it is)."""
    contacts: tuple[int, ...] = ()
    """Customers' contacts: those of the lead's customer only."""
    script_version: int | None = None
    attachments: tuple[str, ...] = ()
    """Keys of files uploaded for this lead."""

    def moved(self, at: datetime | None) -> FollowUpFacts:
        return replace(self, at=at)


def check_facts(facts: FollowUpFacts) -> None:
    if facts.way not in Way.values:
        raise DataError(msg("Choose how the customer was contacted."), field="way")
    if facts.mood not in Mood.values:
        raise DataError(msg("Choose how the customer took it."), field="mood")
    if len(facts.contacts) > MOST_CONTACTS:
        raise DataError(msg("At most %(most)s people.", most=MOST_CONTACTS), field="contacts")
    texts = {"feedback": facts.feedback, "pains": facts.pains}
    for field, text in texts.items():
        if len(text) > LONGEST:
            raise DataError(
                msg("At most %(most)s characters; these are %(count)s.", most=LONGEST, count=len(text)),
                field=field,
            )
        if "\0" in text:
            raise DataError(msg("This contains a character that no text may have."), field=field)
    privacy.check_texts(texts)
