"""``{% load warnings %}{% warnings_panel lead %}``: what a lead is warned of, on its page."""

from __future__ import annotations

from typing import Any

from django import template

from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import context_of
from leadloop.leads.models import Lead
from leadloop.people.permissions import may
from leadloop.warnings.queries import of_lead
from leadloop.warnings.web.rows import Panel, row_of

register = template.Library()


@register.inclusion_tag("warnings/panel.html", takes_context=True)
def warnings_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    user, moment = context["request"].user, now()
    alerts = of_lead(lead, moment) if may(user, "work") else ()
    rows = tuple(row_of(alert, user, moment, with_lead=False) for alert in alerts)
    return {**context_of(Panel(rows)), "csrf_token": context["csrf_token"]}
