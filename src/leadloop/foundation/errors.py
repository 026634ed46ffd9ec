"""The tree of errors that a person can do something about.

LeadloopError
├── UsageError        the command or the address was wrong (exit code 2, HTTP 400)
├── DataError         the data was wrong (exit code 1, HTTP 400/422)
├── NotAllowed        the right is missing (HTTP 403); what one may not *see* is NotFound
├── NotFound          it does not exist for this reader (HTTP 404)
└── Conflict          somebody was faster, or the state forbids it (HTTP 409)

Each carries a :class:`Message`; the edge renders it in the reader's language.
"""

from __future__ import annotations

from leadloop.foundation.messages import Message


class LeadloopError(Exception):
    """An error with a message for the person who caused it or can mend it."""

    def __init__(self, message: Message, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class UsageError(LeadloopError):
    pass


class DataError(LeadloopError):
    pass


class NotAllowed(LeadloopError):
    pass


class NotFound(LeadloopError):
    pass


class Conflict(LeadloopError):
    pass
