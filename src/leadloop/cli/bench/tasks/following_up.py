"""Leads that a follow-up can be logged for, each with everything that may belong to one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leadloop.actions.operations import Planned, plan
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead, State
from leadloop.playbook.models import ScriptVersion
from leadloop.playbook.operations import install_shipped


def leads_to_log(*, count: int) -> list[dict[str, Any]]:
    """Number, contact, a planned action and a script of open leads that somebody owns."""
    moment = now()
    install_shipped(now=moment)
    script = ScriptVersion.objects.filter(published_at__isnull=False).exclude(purpose="spin").first()
    leads = Lead.objects.filter(state=State.OPEN, owner__isnull=False, contact__isnull=False)
    return [
        {
            "number": lead.number,
            "contacts": str(lead.contact_id),
            "completes": str(_planned(lead)),
            "script": "" if script is None else str(script.pk),
        }
        for lead in leads.select_related("owner").order_by("-id")[:count]
    ]


def _planned(lead: Lead) -> int:
    moment = now()
    return plan(lead=lead, facts=Planned(due_at=moment + timedelta(days=1)), actor=None, now=moment).pk
