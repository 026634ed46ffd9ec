"""Everything that is done with next actions."""

from leadloop.actions.operations.ending import do, drop
from leadloop.actions.operations.feeds import make_feed, revoke_feed, use_feed
from leadloop.actions.operations.planning import Planned, change, plan, proposed_for
from leadloop.actions.operations.postponing import Moved, move, move_back, postpone, postpone_many
from leadloop.actions.operations.telling import tell_due

__all__ = [
    "Moved",
    "Planned",
    "change",
    "do",
    "drop",
    "make_feed",
    "move",
    "move_back",
    "plan",
    "postpone",
    "postpone_many",
    "proposed_for",
    "revoke_feed",
    "tell_due",
    "use_feed",
]
