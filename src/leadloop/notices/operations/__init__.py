"""Telling people, what they do with it, how they wish to be told, and sending."""

from leadloop.notices.operations.choosing import Wish, choose
from leadloop.notices.operations.delivering import mark_unknown, send_again, work_off
from leadloop.notices.operations.forgetting import forget_old
from leadloop.notices.operations.groups import GroupFacts, add_group, change_group, remove_group, test_group
from leadloop.notices.operations.reading import mark_all_read, mark_read, mark_unread
from leadloop.notices.operations.telling import News, tell, tell_many

__all__ = [
    "GroupFacts",
    "News",
    "Wish",
    "add_group",
    "change_group",
    "choose",
    "forget_old",
    "mark_all_read",
    "mark_read",
    "mark_unknown",
    "mark_unread",
    "remove_group",
    "send_again",
    "tell",
    "tell_many",
    "test_group",
    "work_off",
]
