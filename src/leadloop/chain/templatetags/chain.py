"""``{% load chain %}{% chain_panel lead %}``: the decision chain's part of a lead's page."""

from __future__ import annotations

from typing import Any

from django import template

from leadloop.chain.web.view import view_of
from leadloop.foundation.ui.pages import context_of
from leadloop.leads.models import Lead

register = template.Library()


@register.inclusion_tag("chain/chain.html", takes_context=True)
def chain_panel(context: template.Context, lead: Lead) -> dict[str, Any]:
    request = context["request"]
    return {**context_of(view_of(lead, request.user)), "csrf_token": context["csrf_token"]}
