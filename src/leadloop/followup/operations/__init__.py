"""Everything that is done to follow-up records. Each in one transaction with its journal rows."""

from leadloop.followup.operations.attaching import forget_unknown, keep_upload, tidy, withdraw_upload
from leadloop.followup.operations.correcting import edit
from leadloop.followup.operations.logging import log
from leadloop.followup.rules import FollowUpFacts

__all__ = ["FollowUpFacts", "edit", "forget_unknown", "keep_upload", "log", "tidy", "withdraw_upload"]
