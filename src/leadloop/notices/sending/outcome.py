"""What became of one attempt to send."""

from __future__ import annotations

from dataclasses import dataclass

from leadloop.foundation.messages import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    problem: Message | None = None
    """None: it is with the server. Never contains an address or what a server wrote."""
    final: bool = False
    """Trying again would change nothing."""
    down: bool = False
    """The way itself does not work, whatever is sent on it."""

    @property
    def sent(self) -> bool:
        return self.problem is None


SENT = Outcome()
