"""Everything that is done about ownership: by rule, from the pool, back to it, and when people leave."""

from leadloop.assignment.operations.answering import accept, give_back
from leadloop.assignment.operations.assigning import assign_many, assign_new
from leadloop.assignment.operations.claiming import claim, look_at
from leadloop.assignment.operations.conflicts import decide, settle
from leadloop.assignment.operations.handover import hand_over
from leadloop.assignment.operations.people import add_absence, remove_absence, set_seller
from leadloop.assignment.operations.policies import publish_assignment, publish_pools
from leadloop.assignment.operations.returning import sweep

__all__ = [
    "accept",
    "add_absence",
    "assign_many",
    "assign_new",
    "claim",
    "decide",
    "give_back",
    "hand_over",
    "look_at",
    "publish_assignment",
    "publish_pools",
    "remove_absence",
    "set_seller",
    "settle",
    "sweep",
]
