"""Everything that is done to follow-up records. Each in one transaction with its journal rows."""

from leadloop.followup.operations.logging import edit, log
from leadloop.followup.rules import FollowUpFacts

__all__ = ["FollowUpFacts", "edit", "log"]
