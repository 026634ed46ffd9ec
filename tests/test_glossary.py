"""One word for one thing: the synonyms that the glossary forbids are not in the code or on the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = re.compile(r"\b(prospects?|enquir(?:y|ies)|warehouse)\b", re.IGNORECASE)
# The reader of foreign files must know other people's words.
FOREIGN = {"intake"}


def test_no_forbidden_synonym_in_code_or_pages() -> None:
    found = []
    for path in sorted((ROOT / "src" / "leadloop").rglob("*")):
        if path.suffix not in {".py", ".html"} or FOREIGN & set(path.parts) or "vendor" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []
