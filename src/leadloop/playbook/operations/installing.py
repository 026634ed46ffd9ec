"""The scripts that come with the application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from leadloop.playbook import shipped
from leadloop.playbook.facts import ScriptFacts, checked
from leadloop.playbook.models import Script, ScriptVersion


@transaction.atomic
def install_shipped(*, now: datetime) -> int:
    """Those that are missing; how many. Idempotent.

    What people changed or retired stays theirs: a script is only ever added, by its key.
    """
    known = set(Script.objects.values_list("key", flat=True))
    missing = {key: facts for key, facts in shipped.scripts().items() if key not in known}
    Script.objects.bulk_create(Script(key=key) for key in missing)
    scripts = {script.key: script for script in Script.objects.filter(key__in=missing)}
    versions = ScriptVersion.objects.bulk_create(_versions(scripts, missing, now))
    for made in versions:
        made.script.live = made
    Script.objects.bulk_update((made.script for made in versions), ["live"], batch_size=200)
    return len(missing)


def _versions(
    scripts: Mapping[str, Script], wanted: Mapping[str, ScriptFacts], now: datetime
) -> Iterable[ScriptVersion]:
    for key, facts in wanted.items():
        clean = checked(facts)
        yield ScriptVersion(
            script=scripts[key],
            number=1,
            purpose=clean.purpose,
            part=clean.part,
            industry=clean.industry,
            grades=clean.grades,
            stages=clean.stages,
            language=clean.language,
            title=clean.title,
            text=clean.text,
            note=clean.note,
            at=now,
            published_at=now,
        )
