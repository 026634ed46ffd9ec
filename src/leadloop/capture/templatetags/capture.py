"""What the doors add to pages of other packages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.utils.translation import gettext as _

from leadloop.capture import queries
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import Lead
from leadloop.people.permissions import may

register = template.Library()

MARKS: Mapping[str, Message] = MappingProxyType({"page": msg("Page"), "referrer": msg("Came from")})


@register.inclusion_tag("capture/origin.html")
def origin_panel(lead: Lead) -> dict[str, Any]:
    """Where a lead came from and what was agreed to; nothing for a lead that a person registered."""
    origin, consents = queries.origin_of(lead), queries.consents_of(lead)
    names = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
    marks = [mark for name in names if (mark := getattr(origin, name, ""))]
    places = [
        (words.render(_), place) for name, words in MARKS.items() if (place := getattr(origin, name, ""))
    ]
    return {
        "shown": origin is not None or bool(consents),
        "form": str(origin.form) if origin and origin.form else "",
        "token": str(origin.token) if origin and origin.token else "",
        "marks": marks,
        "places": places,
        "consents": consents,
    }


@register.inclusion_tag("capture/share_notice.html")
def share_notice(user: Any) -> dict[str, Any]:
    """Colleagues who wait for an answer of this person."""
    answers = may(user, "work")
    return {"count": queries.requests_to_answer(user).count() if answers and queries.any_waits() else 0}
