"""Write, publish and retire scripts. What is published is never changed: the next version is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.text import slugify

from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.playbook.facts import ScriptFacts, checked
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.permissions import require_writing


@transaction.atomic
def save_draft(
    *,
    script: Script | None,
    facts: ScriptFacts,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
    key: str = "",
) -> ScriptVersion:
    """The draft of a script, or of a new one. ``seen``: the ``at`` of the draft that the form shows."""
    require_writing(actor)
    facts = checked(facts)
    if script is None:
        script = Script.objects.create(key=key or _free_key(facts.title))
    script = Script.objects.select_for_update().get(pk=script.pk)
    draft = script.versions.filter(published_at=None).first()
    if draft is None:
        last = script.versions.order_by("-number").values_list("number", flat=True).first() or 0
        draft = ScriptVersion(script=script, number=last + 1)
    elif seen is not None and draft.at != seen:
        raise Conflict(msg("Somebody else has changed this draft meanwhile. Look at it again."))
    for name, value in asdict(facts).items():
        setattr(draft, name, value)
    draft.by, draft.at = actor, now
    draft.save()
    return draft


@transaction.atomic
def publish(*, script: Script, actor: User | None, now: datetime) -> ScriptVersion:
    """The draft holds from now on; everybody who sells reads it."""
    require_writing(actor)
    changed = script.versions.filter(published_at=None).update(published_at=now, published_by=actor)
    if not changed:
        raise Conflict(msg("There is no draft to publish."))
    published = script.versions.select_related("script").latest("number")
    Script.objects.filter(pk=script.pk).update(live=published, retired_at=None)
    return published


@transaction.atomic
def discard_draft(*, script: Script, actor: User | None, now: datetime) -> None:
    """A script that was never published goes with it."""
    require_writing(actor)
    script.versions.filter(published_at=None).delete()
    Script.objects.filter(pk=script.pk, live=None, versions=None).delete()


@transaction.atomic
def retire(*, script: Script, actor: User | None, now: datetime) -> None:
    """It is no longer found; its versions and uses stay."""
    require_writing(actor)
    Script.objects.filter(pk=script.pk, retired_at=None).update(retired_at=now)


@transaction.atomic
def revive(*, script: Script, actor: User | None, now: datetime) -> None:
    require_writing(actor)
    Script.objects.filter(pk=script.pk).update(retired_at=None)


def _free_key(title: str) -> str:
    """A slug; titles without Latin letters get a random one: nobody reads it."""
    base = slugify(title)[:60]
    if base and base not in {"new", "export", "import"} and not Script.objects.filter(key=base).exists():
        return base
    return f"script-{uuid4().hex[:12]}"
