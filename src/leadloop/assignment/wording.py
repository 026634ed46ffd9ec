"""Why a lead went where it went, in words. What is stored are keys and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from leadloop.foundation.messages import Message, msg

_BUSY: Mapping[str, str] = MappingProxyType(
    {
        "absent": "%(count)s absent",
        "full": "%(count)s at the cap",
        "quota": "%(count)s with the quota used up",
        "not_taking": "%(count)s taking no leads",
        "inexperienced": "%(count)s without experience in the industry",
    }
)
# Marks the texts above for translation where msg() is searched for.
_MARKED = (
    msg("%(count)s absent"),
    msg("%(count)s at the cap"),
    msg("%(count)s with the quota used up"),
    msg("%(count)s taking no leads"),
    msg("%(count)s without experience in the industry"),
)


def explained(why: Mapping[str, Any], owner: str = "") -> Message:
    """One sentence or two about a decision. Never fails: what it does not know it says so."""
    code = why.get("code")
    if code == "rule":
        return _by_rule(why)
    if code == "nobody":
        return msg("Into the pool: nobody was free. %(rules)s", rules=_passed(why.get("passed") or []))
    if code == "rule_pool":
        return msg("Into the pool by %(rule)s", rule=_rule(why))
    return _SAID.get(str(code), msg("The reason was not recorded."))


_SAID: Mapping[str, Message] = MappingProxyType(
    {
        "customer": msg("The customer's owner gets every new lead of it"),
        "no_rule": msg("Into the pool: no rule fits"),
        "held": msg("Held: the customer has an open lead of another owner"),
        "settled": msg("The other lead of the customer was closed or given away meanwhile"),
        "conflict": msg("Decided by a manager in a conflict about the customer"),
        "handover": msg("Handed over from somebody who leaves"),
    }
)


def _by_rule(why: Mapping[str, Any]) -> Message:
    parts = [_share(why)]
    if quota := why.get("quota"):
        used, most, days = quota
        if days == 1:
            parts.append(msg("quota %(used)s of %(most)s today", used=used, most=most))
        else:
            parts.append(msg("quota %(used)s of %(most)s in %(days)s days", used=used, most=most, days=days))
    if cap := why.get("cap"):
        parts.append(msg("load %(open)s of %(cap)s", open=int(why.get("open", 0)) + 1, cap=cap))
    if why.get("experience"):
        parts.append(msg("knows the industry"))
    if passed := why.get("passed"):
        parts.append(msg("before that: %(rules)s", rules=_passed(passed)))
    return msg("%(rule)s: %(parts)s", rule=_rule(why), parts=listed(parts))


def _rule(why: Mapping[str, Any]) -> Message:
    number, name = why.get("rule"), why.get("name")
    if not number:
        return msg("No rule fits, so among everybody")
    if name:
        return msg("Rule %(number)s “%(name)s”", number=number, name=name)
    return msg("Rule %(number)s", number=number)


def _share(why: Mapping[str, Any]) -> Message:
    among = why.get("among", 1)
    if why.get("share") == "round_robin":
        return msg("in turn among %(among)s", among=among)
    if why.get("share") == "fewest_open":
        return msg("fewest open leads (%(count)s) among %(among)s", count=why.get("open", 0), among=among)
    if not why.get("grade"):
        return msg(
            "fewest open leads without a grade (%(count)s) among %(among)s",
            count=why.get("of_grade", 0),
            among=among,
        )
    return msg(
        "fewest open %(grade)s leads (%(count)s) among %(among)s",
        grade=why["grade"],
        count=why.get("of_grade", 0),
        among=among,
    )


def _passed(rows: list[Mapping[str, Any]]) -> Message:
    return listed([msg("%(rule)s: %(busy)s", rule=_short(row), busy=_busy(row)) for row in rows])


def _short(row: Mapping[str, Any]) -> Message:
    return msg("rule %(number)s", number=row["rule"]) if row.get("rule") else msg("everybody")


def _busy(row: Mapping[str, Any]) -> Message:
    parts = [Message(text, {"count": row[key]}) for key, text in _BUSY.items() if row.get(key)]
    return listed(parts) if parts else msg("names nobody")


def listed(parts: list[Message]) -> Message:
    """Joined by commas of the reader's language."""
    found = parts[0]
    for part in parts[1:]:
        found = msg("%(before)s, %(part)s", before=found, part=part)
    return found
