"""Everything that is done to grades: by the rules, by salespeople, by managers."""

from leadloop.grading.operations.grading import follow, grade_lead, grade_many
from leadloop.grading.operations.publishing import publish_rules
from leadloop.grading.operations.qualifying import Answers, qualify
from leadloop.grading.operations.reviewing import accept, correct, let_go

__all__ = [
    "Answers",
    "accept",
    "correct",
    "follow",
    "grade_lead",
    "grade_many",
    "let_go",
    "publish_rules",
    "qualify",
]
