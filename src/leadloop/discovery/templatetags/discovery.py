"""``{% load discovery %}{% discovery_panel lead %}{% scripts_panel lead %}``: parts of a lead's page."""

from __future__ import annotations

from typing import Any

from django import template

from leadloop.discovery.web.panel import panel_of
from leadloop.discovery.web.scripts import scripts_of
from leadloop.foundation.ui.pages import context_of
from leadloop.leads.models import Lead

register = template.Library()


@register.inclusion_tag("discovery/panel.html", takes_context=True)
def discovery_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    return _with_request(context, context_of(panel_of(context["request"].user, lead)))


@register.inclusion_tag("discovery/scripts.html", takes_context=True)
def scripts_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    return _with_request(context, context_of(scripts_of(context["request"].user, lead)))


def _with_request(context: template.Context, values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "request": context["request"], "csrf_token": context["csrf_token"]}
