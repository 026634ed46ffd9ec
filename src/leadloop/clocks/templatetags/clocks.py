"""``{% load clocks %}``: what time limits say about a lead, on pages of packages below."""

from __future__ import annotations

from django import template

from leadloop.clocks.queries.basis import basis
from leadloop.leads.models import Lead

register = template.Library()


@register.filter
def registered_late(lead: Lead) -> bool:
    """Registered after the time that the policy gives for it."""
    by = basis()
    limit = by.limits_of(lead.process_id).registration
    return limit.due(by.times_of(lead.team_id), lead.captured_at) < lead.registered_at
