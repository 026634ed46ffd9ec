"""Messages as data: written once in English, put into words where the reader's language is known.

Pure packages know no language. They return ``msg("…", name=value)``; pages, the
API and the command line render it with their own gettext.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with ``%(name)s`` places, and what goes into them."""

    text: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The message in the language of ``translate`` (a gettext function)."""
        params = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return translate(self.text) % params if params else translate(self.text)

    def __str__(self) -> str:
        return self.render()


def msg(text: str, /, **params: object) -> Message:
    """Mark ``text`` for translation and keep its parameters beside it."""
    return Message(text, MappingProxyType(params))


def to_data(message: Message) -> dict[str, Any]:
    """A message as JSON can hold it, to be put into words when somebody reads it."""
    params = {
        name: {"message": to_data(value)} if isinstance(value, Message) else _plain(value)
        for name, value in message.params.items()
    }
    return {"text": message.text, "params": params}


def from_data(data: Mapping[str, Any]) -> Message:
    params = {
        name: from_data(value["message"]) if isinstance(value, dict) else value
        for name, value in data.get("params", {}).items()
    }
    return Message(str(data.get("text", "")), MappingProxyType(params))


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
