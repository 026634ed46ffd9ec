"""``{% load grading %}{% grade_panel lead %}``: the grade's part of a lead's page."""

from __future__ import annotations

from typing import Any

from django import template

from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import context_of
from leadloop.grading.web.panel import panel_of
from leadloop.leads.models import Lead

register = template.Library()


@register.inclusion_tag("grading/panel.html", takes_context=True)
def grade_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    request = context["request"]
    return {
        **context_of(panel_of(request.user, lead, now())),
        "request": request,
        "csrf_token": context["csrf_token"],
    }
