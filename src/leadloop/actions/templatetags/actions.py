"""``{% load actions %}{% actions_panel lead %}``: what is planned, on a lead's page."""

from __future__ import annotations

from typing import Any

from django import template

from leadloop.actions.web.panel import panel_of
from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import context_of
from leadloop.leads.models import Lead

register = template.Library()


@register.inclusion_tag("actions/panel.html", takes_context=True)
def actions_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    request = context["request"]
    return {
        **context_of(panel_of(request.user, lead, now())),
        "request": request,
        "csrf_token": context["csrf_token"],
    }
