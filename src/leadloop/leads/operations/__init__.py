"""Everything that is done to leads: one function per thing a user does.

Each takes keywords only, who acts (``actor``; None is the program itself) and the time
(``now``), checks the right, the move and the facts, and writes the change and its journal
rows in one transaction.
"""

from leadloop.leads.operations.closing import lose_lead, reopen_lead, win_lead
from leadloop.leads.operations.edit import edit_lead
from leadloop.leads.operations.follow_up import correct_contact, hold, log_follow_up, report_contact
from leadloop.leads.operations.grading import give_grade
from leadloop.leads.operations.ownership import assign_lead, claim_lead, release_lead
from leadloop.leads.operations.register import LeadFacts, register_lead
from leadloop.leads.operations.screening import invalidate_lead, validate_lead, withdraw_lead
from leadloop.leads.operations.stages import move_stage

__all__ = [
    "LeadFacts",
    "assign_lead",
    "claim_lead",
    "correct_contact",
    "edit_lead",
    "give_grade",
    "hold",
    "invalidate_lead",
    "log_follow_up",
    "lose_lead",
    "move_stage",
    "register_lead",
    "release_lead",
    "reopen_lead",
    "report_contact",
    "validate_lead",
    "win_lead",
    "withdraw_lead",
]
