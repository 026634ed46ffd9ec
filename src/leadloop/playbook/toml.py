"""The playbook as a file: TOML that people can read, edit and compare."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.playbook.facts import ScriptFacts
from leadloop.playbook.models import ScriptVersion

NAMES = tuple(field.name for field in fields(ScriptFacts))
MOST_SCRIPTS = 2_000


def written(scripts: Iterable[ScriptVersion]) -> Iterator[str]:
    """The lines of a file with these scripts."""
    for one in scripts:
        yield "[[script]]\n"
        yield f"key = {_string(one.script.key)}\n"
        for name in NAMES:
            if value := getattr(one, name):
                yield f"{name} = {_long(value) if name == 'text' else _string(value)}\n"
        yield "\n"


def read(content: bytes) -> tuple[tuple[str, ScriptFacts], ...]:
    """Key and facts of each script of a file; the key is empty where the file names none."""
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(
            msg("This is not a TOML file: %(problem)s", problem=str(error)[:200]), field="file"
        ) from None
    rows = data.get("script")
    if not isinstance(rows, list) or not rows:
        raise DataError(msg("The file holds no [[script]]."), field="file")
    if len(rows) > MOST_SCRIPTS:
        raise DataError(msg("At most %(most)s scripts in one file.", most=MOST_SCRIPTS), field="file")
    return tuple(_facts(number, row) for number, row in enumerate(rows, start=1))


def _facts(number: int, row: object) -> tuple[str, ScriptFacts]:
    if not isinstance(row, Mapping) or not all(isinstance(value, str) for value in row.values()):
        raise DataError(
            msg("Script %(number)s of the file: every value is a text in quotes.", number=number),
            field="file",
        )
    if strange := row.keys() - {*NAMES, "key"}:
        raise DataError(
            msg("Script %(number)s of the file has an unknown “%(name)s”.", number=number, name=min(strange)),
            field="file",
        )
    if missing := {"purpose", "title", "text", "language"} - row.keys():
        raise DataError(
            msg("Script %(number)s of the file has no “%(name)s”.", number=number, name=min(missing)),
            field="file",
        )
    return row.get("key", ""), ScriptFacts(**{name: row[name] for name in NAMES if name in row})


def _string(text: str) -> str:
    # TOML's basic strings know the escapes of JSON; DEL has to be one, too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _long(text: str) -> str:
    """Over several lines, so that a text can be read where it stands."""
    if "\n" not in text:
        return _string(text)
    lines = (_string(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'
