"""Take in a playbook from a file: what differs from what holds becomes the next version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.playbook.facts import ScriptFacts, checked
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.operations.writing import save_draft
from leadloop.playbook.permissions import require_writing


@dataclass(frozen=True, slots=True)
class TakenIn:
    added: int
    changed: int
    same: int


@transaction.atomic
def take_in(*, scripts: Iterable[tuple[str, ScriptFacts]], actor: User | None, now: datetime) -> TakenIn:
    """Every script as a draft that somebody reads before it is published; all of the file or nothing."""
    require_writing(actor)
    present = {one.key: one for one in Script.objects.select_related("live")}
    added = changed = same = 0
    for number, (key, facts) in enumerate(scripts, start=1):
        facts = _clean(number, facts)
        script = present.get(key)
        if (
            script is not None
            and script.live is not None
            and _facts_of(script.live) == replace(facts, note="")
        ):
            same += 1
            continue
        draft = save_draft(script=script, facts=facts, actor=actor, now=now, key=_fit(key))
        present[draft.script.key] = draft.script
        changed += script is not None
        added += script is None
    return TakenIn(added, changed, same)


def _clean(number: int, facts: ScriptFacts) -> ScriptFacts:
    try:
        return checked(facts)
    except DataError as error:
        raise DataError(
            msg("Script %(number)s of the file: %(problem)s", number=number, problem=error.message),
            field="file",
        ) from None


def _fit(key: str) -> str:
    """A key that can be an address; else a new one is made."""
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() and len(key) <= 80 else ""


def _facts_of(version: ScriptVersion) -> ScriptFacts:
    names = ScriptFacts.__dataclass_fields__
    return ScriptFacts(**{name: "" if name == "note" else getattr(version, name) for name in names})
