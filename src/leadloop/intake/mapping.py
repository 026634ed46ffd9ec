"""The mapping file: everything that was understood, in TOML, to be read by people and given back.

    zone = "Asia/Shanghai"

    [[file]]
    name = "leads.csv"                  # also a pattern: leads-*.csv
    role = "leads"                      # leads, history, follow_ups or lookup
    [file.columns]
    "线索编号" = "number"                # a field, "stage:<key>", "*" (kept as it is) or "" (left out)
    "金额" = { field = "amount", factor = 10000.0, comma = false }
    "创建日期" = { field = "captured_at", order = "day" }

    [[stage]]
    key = "need"
    name = "需求沟通"
    canonical = 3
    texts = ["需求"]

    [outcomes]
    won = ["已签"]

    [values.source]
    "官网" = "官网注册"

What a mapping leaves out is recognised as without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, get_args

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.intake.dates import check_zone
from leadloop.intake.fields import BY_NAME
from leadloop.intake.headers import key_of
from leadloop.intake.plan import LEFT_OUT, OWN, STAGE, Column, Plan, Role, TablePlan
from leadloop.intake.result import StageGuess
from leadloop.intake.stages import CANONICAL, canonical_of
from leadloop.intake.table import Layout
from leadloop.intake.words import Word

_COLUMN_KEYS = ("field", "factor", "currency", "order", "comma")


@dataclass(frozen=True, slots=True)
class FileMap:
    """What a mapping says of one file; None or empty where it says nothing."""

    name: str = "*"
    role: Role | None = None
    layout: Layout = field(default_factory=Layout)
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key: str | None = None
    to: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        return {header: str(entry["field"]) for header, entry in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Map:
    """A whole mapping, checked."""

    files: tuple[FileMap, ...] = ()
    zone: str | None = None
    stages: tuple[StageGuess, ...] = ()
    stage_texts: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, Word] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, name: str, *, only: bool) -> FileMap:
        """The part for a file. ``only``: a mapping of one file fits the one that is read."""
        for entry in self.files:
            if entry.name == name:
                return entry
        for entry in self.files:
            if fnmatch(name, entry.name):
                return entry
        return self.files[0] if only and len(self.files) == 1 else FileMap()


def read_map(raw: Mapping[str, Any] | None) -> Map:
    """Check a mapping as ``tomllib`` gives it. Raises DataError that names the place."""
    if not raw:
        return Map()
    _only_known(raw, ("zone", "file", "stage", "outcomes", "values", "version"), "")
    zone = raw.get("zone")
    if zone is not None and not (isinstance(zone, str) and check_zone(zone)):
        raise _wrong("zone", msg("it must be the name of a time zone, such as Asia/Shanghai"))
    stages = tuple(_stage(entry, i) for i, entry in enumerate(_list(raw, "stage"), 1))
    texts = {
        text: stages[i].key for i, e in enumerate(_list(raw, "stage")) for text in _texts(e, "texts", "stage")
    }
    outcomes = {
        text: word for word in get_args(Word) for text in _texts(_table(raw, "outcomes"), word, "outcomes")
    }
    return Map(
        tuple(_file(entry) for entry in _list(raw, "file")),
        zone,
        stages,
        texts,
        outcomes,
        {name: _words(words, f"values.{name}") for name, words in _table(raw, "values").items()},
    )


def _file(entry: Mapping[str, Any]) -> FileMap:
    where = f"file {entry.get('name', '')}".strip()
    allowed = ("name", "role", "encoding", "separator", "sheet", "header_row", "columns", "key", "to")
    _only_known(entry, allowed, where)
    role = entry.get("role")
    if role is not None and role not in get_args(Role):
        raise _wrong(f"{where}: role", msg("it must be leads, history, follow_ups or lookup"))
    header_row = entry.get("header_row", 0)
    if not isinstance(header_row, int) or header_row < 0:
        raise _wrong(f"{where}: header_row", msg("it must be a row number"))
    separator = entry.get("separator")
    if separator is not None and (
        not isinstance(separator, str) or len(separator) != 1 or not separator.isascii()
    ):
        raise _wrong(f"{where}: separator", msg("it must be one character"))
    layout = Layout(entry.get("encoding"), separator, entry.get("sheet"), header_row)
    columns = {
        header: _column(value, f"{where}: {header}") for header, value in _table(entry, "columns").items()
    }
    return FileMap(str(entry.get("name", "*")), role, layout, columns, entry.get("key"), entry.get("to"))


def _column(value: object, where: str) -> dict[str, Any]:
    entry = {"field": value} if isinstance(value, str) else value
    if not isinstance(entry, dict) or not isinstance(entry.get("field"), str):
        raise _wrong(where, msg('write the name of a field, or { field = "…" }'))
    _only_known(entry, _COLUMN_KEYS, where)
    name = entry["field"]
    if name not in (OWN, LEFT_OUT) and name not in BY_NAME and not name.startswith(STAGE):
        raise _wrong(where, msg("there is no field “%(field)s”", field=name))
    if entry.get("order", "day") not in ("day", "month"):
        raise _wrong(f"{where}: order", msg("it must be day or month"))
    if not isinstance(entry.get("factor", 1.0), int | float) or not isinstance(
        entry.get("comma", False), bool
    ):
        raise _wrong(where, msg("factor must be a number and comma true or false"))
    return dict(entry)


def _stage(entry: Mapping[str, Any], position: int) -> StageGuess:
    _only_known(entry, ("key", "name", "canonical", "won", "texts"), "stage")
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise _wrong("stage", msg("every stage needs a name"))
    canonical = entry.get("canonical", canonical_of(name) or min(position, 5))
    if not isinstance(canonical, int) or not 1 <= canonical <= len(CANONICAL):
        raise _wrong(f"stage {name}: canonical", msg("it must be a number from 1 to 6"))
    key = str(
        entry.get("key") or (CANONICAL[canonical - 1] if key_of(name).isascii() is False else key_of(name))
    )
    return StageGuess(key, name, position, canonical, won=bool(entry.get("won", canonical == len(CANONICAL))))


def _only_known(entry: object, allowed: tuple[str, ...], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise _wrong(where, msg("it must be a table"))
    for name in entry:
        if name not in allowed:
            raise _wrong(f"{where}: {name}" if where else name, msg("there is no such setting"))


def _list(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise _wrong(name, msg("write it as [[%(name)s]]", name=name))
    return value


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name, {})
    if not isinstance(value, Mapping):
        raise _wrong(name, msg("write it as a table [%(name)s]", name=name))
    return value


def _texts(entry: Mapping[str, Any], name: str, where: str) -> list[str]:
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _wrong(f"{where}: {name}", msg("it must be a list of texts"))
    return value


def _words(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise _wrong(where, msg("it must be a table of texts"))
    return dict(value)


def _wrong(where: str, why: Message) -> DataError:
    return DataError(msg("The mapping is wrong at “%(where)s”: %(why)s.", where=where, why=why))


def write_map(plan: Plan) -> str:
    """The mapping that leads to ``plan`` again."""
    lines = [f"zone = {_text(plan.zone)}", ""]
    keys = {stage.name: stage.key for stage in plan.stages}
    for table in plan.tables:
        lines += [*_file_lines(table, keys), ""]
    for stage in plan.stages:
        texts = [text for text, key in plan.stage_names.items() if key == stage.key]
        lines += ["[[stage]]", f"key = {_text(stage.key)}", f"name = {_text(stage.name)}"]
        lines += [f"canonical = {stage.canonical}", f"won = {_text(stage.won)}"]
        lines += [f"texts = {_text(texts)}"] if texts else []
        lines.append("")
    if plan.outcomes:
        lines.append("[outcomes]")
        for word in sorted(set(plan.outcomes.values())):
            lines.append(f"{word} = {_text([text for text, w in plan.outcomes.items() if w == word])}")
        lines.append("")
    for name, words in plan.values.items():
        lines += [f"[values.{_text(name)}]", *(f"{_text(a)} = {_text(b)}" for a, b in words.items()), ""]
    return "\n".join(lines)


def _file_lines(table: TablePlan, keys: Mapping[str, str]) -> Iterator[str]:
    yield "[[file]]"
    yield f"name = {_text(table.name)}"
    yield f"role = {_text(table.role)}"
    layout = table.layout
    for name in ("encoding", "separator", "sheet", "header_row"):
        value = getattr(layout, name)
        if value is not None:
            yield f"{name} = {_text(value)}"
    if table.key is not None:
        yield f"key = {_text(table.key)}"
        yield f"to = {_text(table.to)}"
    yield "[file.columns]"
    for column in table.columns:
        yield f"{_text(column.header)} = {_column_text(column, keys)}"


def _column_text(column: Column, keys: Mapping[str, str]) -> str:
    name = column.field
    if column.stage is not None:
        name = STAGE + keys.get(column.stage, column.stage)
    type_ = BY_NAME[name].type if name in BY_NAME else ("time" if column.stage is not None else "text")
    entry: dict[str, object] = {"field": name}
    if type_ == "time":
        entry["order"] = column.order
    elif type_ == "amount":
        entry |= {"factor": column.factor, "comma": column.comma}
        entry |= {"currency": column.currency} if column.currency else {}
    if len(entry) == 1:
        return _text(name)
    return "{ " + ", ".join(f"{key} = {_text(value)}" for key, value in entry.items()) + " }"


def _text(value: object) -> str:
    """A TOML value; JSON's notation of texts, numbers, lists is the same, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
