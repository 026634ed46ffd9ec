"""What a check says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadloop.foundation.messages import Message

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    """A word for programs; ``title`` says it to people."""
    title: Message
    ok: bool = True
    problem: Message | None = None
    remedy: Message | None = None
    examples: tuple[str, ...] = ()

    def as_dict(self, translate: Translate) -> dict[str, Any]:
        return {
            "check": self.check,
            "title": self.title.render(translate),
            "ok": self.ok,
            "problem": self.problem and self.problem.render(translate),
            "what_to_do": self.remedy and self.remedy.render(translate),
            "examples": list(self.examples),
        }

    def as_text(self, translate: Translate) -> str:
        lines = [f"{'✓' if self.ok else '✗'} {self.title.render(translate)}"]
        if self.problem:
            lines.append(f"    {self.problem.render(translate)}")
        if self.examples:
            lines.append(f"    {', '.join(self.examples)}")
        if self.remedy:
            lines.append(f"    → {self.remedy.render(translate)}")
        return "\n".join(lines)


def found(
    check: str, title: Message, *, problem: Message | None, remedy: Message, examples: tuple[str, ...] = ()
) -> Finding:
    """A finding that is good when there is no problem to tell."""
    if problem is None:
        return Finding(check, title)
    return Finding(check, title, False, problem, remedy, examples)
