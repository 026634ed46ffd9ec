"""Warnings and what is proposed, in words. Names nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from leadloop.actions.models import Kind
from leadloop.foundation.messages import Message, msg
from leadloop.warnings.models import Alert
from leadloop.warnings.rules import Policy, Rule

NAMES: Mapping[Rule, Message] = MappingProxyType(
    {
        Rule.SILENT: msg("No reply"),
        Rule.QUOTATIONS: msg("Many quotation versions"),
        Rule.STAGE: msg("Too long in a stage"),
        Rule.DECISION_MAKER: msg("Decision maker not met"),
        Rule.NO_ACTION: msg("No next action"),
        Rule.OVERDUE: msg("Next action overdue"),
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be planned by one click. ``days``: working days from now."""

    button: Message
    title: Message
    kind: str
    days: int = 1


PROPOSALS: Mapping[Rule, Proposal] = MappingProxyType(
    {
        Rule.SILENT: Proposal(msg("Plan a call"), msg("Call: no reply for a while"), Kind.CALL),
        Rule.QUOTATIONS: Proposal(
            msg("Plan a meeting"), msg("Clarify what stands between the quotation and a yes"), Kind.MEETING, 2
        ),
        Rule.STAGE: Proposal(msg("Plan a call"), msg("Agree on the step to the next stage"), Kind.CALL),
        Rule.DECISION_MAKER: Proposal(msg("Plan a meeting"), msg("Meet the decision maker"), Kind.MEETING, 3),
        Rule.NO_ACTION: Proposal(msg("Plan the next contact"), msg("Next contact"), Kind.CALL),
        Rule.OVERDUE: Proposal(msg("Move to the next working day"), msg("Next contact"), Kind.CALL),
    }
)


def name(rule: str) -> Message:
    return NAMES.get(Rule(rule)) or msg("%(rule)s", rule=rule)


def terms(rule: Rule, policy: Policy) -> Message:
    """From when on the rule holds, as the process says it."""
    return _TERMS[rule](policy)


_OFF = msg("switched off by the process")


def _stage_terms(policy: Policy) -> Message:
    if policy.expected_times is None:
        return _OFF
    return msg(
        "longer than %(percentile)s %% of at least %(won)s won leads, else %(times)s times what is expected",
        percentile=_short(policy.percentile),
        won=policy.at_least_won,
        times=_short(policy.expected_times),
    )


def _days_terms(days: float | None) -> Message:
    if days is None:
        return _OFF
    return msg("after one day") if days == 1 else msg("after %(days)s days", days=_short(days))


def _quotation_terms(policy: Policy) -> Message:
    if policy.quotations is None:
        return _OFF
    days = _short(policy.quotations_days)
    return msg("%(count)s or more within %(days)s days", count=policy.quotations, days=days)


_TERMS: Mapping[Rule, Callable[[Policy], Message]] = MappingProxyType(
    {
        Rule.SILENT: lambda policy: _days_terms(policy.silent_days),
        Rule.QUOTATIONS: _quotation_terms,
        Rule.STAGE: _stage_terms,
        Rule.DECISION_MAKER: lambda policy: (
            msg("from the stage of negotiation on") if policy.decision_maker else _OFF
        ),
        Rule.NO_ACTION: lambda policy: _days_terms(policy.no_action_days),
        Rule.OVERDUE: lambda policy: _days_terms(policy.overdue_days),
    }
)


def _silent(alert: Alert, now: datetime) -> Message:
    return msg("No reply for %(days)s days", days=(now - alert.anchor).days)


def _quotations(alert: Alert, now: datetime) -> Message:
    return msg(
        "%(count)s quotation versions within %(days)s days",
        count=alert.facts.get("count", 0),
        days=int(alert.facts.get("days", 0)),
    )


def _stage(alert: Alert, now: datetime) -> Message:
    days, limit = (now - alert.anchor).days, _short(alert.facts.get("limit", 0))
    if share := alert.facts.get("share"):
        return msg(
            "In this stage for %(days)s days; %(share)s %% of the won leads needed at most %(limit)s",
            days=days,
            share=_short(share),
            limit=limit,
        )
    return msg("In this stage for %(days)s days; expected at most %(limit)s", days=days, limit=limit)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_SAY: Mapping[Rule, Callable[[Alert, datetime], Message]] = MappingProxyType(
    {
        Rule.SILENT: _silent,
        Rule.QUOTATIONS: _quotations,
        Rule.STAGE: _stage,
        Rule.DECISION_MAKER: lambda alert, now: msg("Negotiation begun, and no decision maker was met"),
        Rule.NO_ACTION: lambda alert, now: msg("No next action is planned"),
        Rule.OVERDUE: lambda alert, now: msg(
            "The next action is overdue by %(days)s days", days=max((now - alert.anchor).days, 1)
        ),
    }
)


def in_words(alert: Alert, now: datetime) -> Message:
    return _SAY[Rule(alert.rule)](alert, now)
