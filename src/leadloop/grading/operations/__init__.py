"""Everything that is done to grades: by the rules, by salespeople, by managers."""

from leadloop.grading.operations.grading import follow, grade_lead, grade_many
from leadloop.grading.operations.publishing import publish_rules
from leadloop.grading.operations.qualifying import Answers, answers_about, qualify
from leadloop.grading.operations.recording import record_answers
from leadloop.grading.operations.reviewing import accept, correct, let_go

__all__ = [
    "Answers",
    "accept",
    "answers_about",
    "correct",
    "follow",
    "grade_lead",
    "grade_many",
    "let_go",
    "publish_rules",
    "qualify",
    "record_answers",
]
