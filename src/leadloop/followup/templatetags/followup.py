"""``{% load followup %}{% if shown|may_correct:user %}``: whether this reader may correct a record."""

from __future__ import annotations

from django import template

from leadloop.followup.permissions import may_edit
from leadloop.followup.web.shown import RecordView
from leadloop.people.models import User

register = template.Library()


@register.filter
def may_correct(shown: RecordView, user: User) -> bool:
    return may_edit(user, shown.record)
