"""Keep the zh-Hans catalogue complete: extract, compile, check. Needs Babel, not GNU gettext."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from hatch_build import compile_all

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "leadloop"
CATALOGUE = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "msg": None,
    "N_": None,
}
PLACE = re.compile(r"%\((\w+)\)")
Found = tuple[str, tuple[str, ...], str | None]
"""Where, the message (one or with its plural), its context."""


def extract() -> Catalog:
    catalogue = Catalog(locale="zh_Hans", project="leadloop", charset="utf-8")
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            found = _python(path)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = _template(path)
        else:
            continue
        for place, texts, context in found:
            key = texts if len(texts) > 1 else texts[0]
            catalogue.add(key, None, [(place, 0)], context=context)  # type: ignore[arg-type]
    return catalogue


def _python(path: Path) -> Iterator[Found]:
    place = path.relative_to(ROOT).as_posix()
    with path.open("rb") as file:
        for _line, function, texts, _comments in extract_python(file, KEYWORDS, [], {}):
            parts = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
            if not parts or not function:
                continue
            context = parts.pop(0) if "pgettext" in function else None
            wanted = 2 if function.lstrip("n").startswith("gettext") and function.startswith("n") else 1
            wanted = 2 if function.startswith("np") else wanted
            if len(parts) >= wanted:
                yield place, tuple(parts[:wanted]), context


def _template(path: Path) -> Iterator[Found]:
    """Let Django turn the template into gettext calls, then read those as Python."""
    from django.utils.translation.template import templatize

    place = path.relative_to(ROOT).as_posix()
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    lines = io.BytesIO("\n".join(line.strip() for line in code.splitlines()).encode())
    for _line, function, texts, _comments in extract_python(lines, KEYWORDS, [], {"encoding": "utf-8"}):
        parts = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
        if not parts or not function:
            continue
        context = parts.pop(0) if "pgettext" in function else None
        yield place, tuple(parts[: 2 if function.startswith("n") else 1]), context


def _current() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def update(*extra: str) -> None:
    """Write every message of the code into the catalogue, keeping translations.

    ``extra`` are more .po files to take translations from.
    """
    known = {_key(message): message.string for message in _current() if message.id and any(_strings(message))}
    for name in extra:
        with open(name, "rb") as file:
            for message in read_po(file, locale="zh_Hans", abort_invalid=False):
                if message.id and any(_strings(message)):
                    known.setdefault(_key(message), message.string)
    fresh = extract()
    for message in fresh:
        if message.id and _key(message) in known:
            message.string = _fit(message, known[_key(message)])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, sort_output=True, omit_header=False, no_location=True, width=110)


def _fit(message: Message, string: object) -> object:
    if message.pluralizable:
        return string if isinstance(string, tuple) else (string,)
    return string[0] if isinstance(string, tuple) else string


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def problems() -> list[str]:
    current = {_key(message): message for message in _current() if message.id}
    found = []
    for message in extract():
        if not message.id:
            continue
        text = _key(message)[1]
        known = current.get(_key(message))
        if known is None or not all(_strings(known)):
            found.append(f"not translated: {text!r} ({message.locations[0][0]})")
        elif known.fuzzy:
            found.append(f"fuzzy: {text!r}")
        else:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            wanted = set().union(*(PLACE.findall(part) for part in ids))
            for string in _strings(known):
                if extra := set(PLACE.findall(string)) - wanted:
                    found.append(f"unknown places {sorted(extra)} in the translation of {text!r}")
                elif len(ids) == 1 and (missing := wanted - set(PLACE.findall(string))):
                    found.append(f"places {sorted(missing)} missing in the translation of {text!r}")
    return found


def main(arguments: list[str]) -> int:
    command, *extra = arguments or ["check"]
    if command == "update":
        update(*extra)
    if command in {"update", "compile"}:
        compile_all(ROOT)
    if command == "compile":
        return 0
    found = problems()
    for line in found:
        print(line)
    print(f"zh_Hans: {len(found)} problems")
    return 1 if found and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
