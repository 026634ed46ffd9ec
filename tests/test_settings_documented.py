"""docs/settings.md names every setting that the code reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(r"[\"'](LEADLOOP_[A-Z_]+|DATABASE_URL)[\"']")


def test_every_setting_is_documented() -> None:
    read = set()
    for path in (ROOT / "src" / "leadloop").rglob("*.py"):
        read |= set(READ.findall(path.read_text(encoding="utf-8")))
    documented = set(
        re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.M)
    )
    assert documented == read
