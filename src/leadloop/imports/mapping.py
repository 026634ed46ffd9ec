"""Change the mapping of an import the way the wizard offers it. The mapping itself belongs to intake."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TIME_FIELDS_PREFIX = "stage:"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What the person chose for one column; ``order`` is ``day``, ``month`` or empty for no date."""

    file: str
    header: str
    field: str
    order: str = ""


def with_columns(text: str, choices: Iterator[ColumnChoice] | list[ColumnChoice]) -> str:
    """The mapping with other fields for columns. What else it says of a column stays if it still fits."""
    raw = tomllib.loads(text)
    files = {entry["name"]: entry for entry in raw.get("file", ())}
    for choice in choices:
        columns = files[choice.file].setdefault("columns", {})
        columns[choice.header] = _entry(columns.get(choice.header), choice)
    return dump(raw)


def _entry(before: Any, choice: ColumnChoice) -> Any:
    kept = before if isinstance(before, dict) and before.get("field") == choice.field else {}
    entry = {**kept, "field": choice.field, **({"order": choice.order} if choice.order else {})}
    return choice.field if len(entry) == 1 else entry


def dump(raw: Mapping[str, Any]) -> str:
    """TOML of tables, lists of tables and plain values. JSON writes texts, numbers and lists the same way."""
    return "\n".join(_table(raw, ())) + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _is_list_of_tables(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        inner = (*path, key)
        name = ".".join(_key(part) for part in inner)
        if _is_list_of_tables(value):
            for entry in value:
                yield from ("", f"[[{name}]]", *_table(entry, inner))
        elif isinstance(value, Mapping):
            # Columns are written in one line each, the way people write them by hand.
            rows = [f"{_key(part)} = {_value(row)}" for part, row in value.items()]
            yield from ("", f"[{name}]", *rows)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else json.dumps(key, ensure_ascii=False)
