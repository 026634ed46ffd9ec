"""The published scripts, kept in memory: some hundred texts that every lead page asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.db.models import F
from django.utils.translation import get_language

from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.people.kept import Kept, own
from leadloop.people.models import User
from leadloop.playbook.models import Script, ScriptVersion
from leadloop.playbook.permissions import writes
from leadloop.process import shipped
from leadloop.process.queries import stages_by_process


def _read_live() -> tuple[ScriptVersion, ...]:
    rows = ScriptVersion.objects.filter(script__live=F("pk"), script__retired_at=None)
    return tuple(rows.select_related("script", "by").order_by("script__key"))


_live = Kept(_read_live)


def live() -> tuple[ScriptVersion, ...]:
    """What holds now, by key. Shared: nobody changes them."""
    return _live()


def version(number: int) -> ScriptVersion:
    """A published version that holds: what a follow-up may name."""
    found = next((one for one in live() if one.pk == number), None)
    if found is None:
        raise NotFound(msg("There is no such script."))
    return own(found)


def by_key(key: str, reader: User) -> Script:
    """One script; drafts and retired ones only for those who write."""
    found = Script.objects.select_related("live", "live__by").filter(key=key).first()
    hidden = found is None or ((found.live is None or found.retired_at is not None) and not writes(reader))
    if found is None or hidden:
        raise NotFound(msg("There is no such script."))
    return found


def _read_names() -> Mapping[str, tuple[str, str]]:
    return {
        stage.key: (stage.name_zh, stage.name_en)
        for stages in stages_by_process().values()
        for stage in stages
    }


_names = Kept(_read_names)


@cache
def _shipped_names() -> Mapping[str, tuple[str, str]]:
    rows = [row for key in shipped.TEMPLATES for row in shipped.template(key)["stage"]]
    return {row["key"]: (row["zh"], row["en"]) for row in rows}


def stage_names(*, in_use: bool = False) -> dict[str, str]:
    """Stages in the reader's language by their key: of the processes in use, and of those that come with the
    application, for which scripts are written, too.
    """
    place = 0 if (get_language() or "").startswith("zh") else 1
    names = _names()
    known = names if in_use else {**names, **{k: v for k, v in _shipped_names().items() if k not in names}}
    return {key: both[place] for key, both in known.items()}
