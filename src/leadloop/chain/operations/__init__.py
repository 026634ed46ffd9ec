"""Writing decision chains."""

from leadloop.chain.operations.members import MemberFacts, add, add_contact, edit, remove
from leadloop.chain.operations.placing import arrange, place, report_to

__all__ = ["MemberFacts", "add", "add_contact", "arrange", "edit", "place", "remove", "report_to"]
