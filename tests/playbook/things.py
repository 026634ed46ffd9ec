from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.factories import NOW

from leadloop.people.models import User
from leadloop.playbook.models import ScriptVersion
from leadloop.playbook.operations import ScriptFacts, publish, save_draft


def facts(**given: Any) -> ScriptFacts:
    given.setdefault("purpose", "opening")
    given.setdefault("title", "First call")
    given.setdefault("text", "Hello\nWho decides?")
    given.setdefault("language", "en")
    return ScriptFacts(**given)


def a_script(*, actor: User | None = None, now: datetime = NOW, key: str = "", **given: Any) -> ScriptVersion:
    """A published one."""
    draft = save_draft(script=None, facts=facts(**given), actor=actor, now=now, key=key)
    return publish(script=draft.script, actor=actor, now=now)


def next_version(version: ScriptVersion, *, now: datetime = NOW, **given: Any) -> ScriptVersion:
    save_draft(script=version.script, facts=facts(**given), actor=None, now=now)
    return publish(script=version.script, actor=None, now=now)
