"""Nothing comes from elsewhere, nothing runs inline, and what is vendored is what the manifest says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import leadloop

PACKAGE = Path(leadloop.__file__).parent
VENDOR = PACKAGE / "foundation/ui/static/vendor"
STANDALONE = "document"
"""Templates of reports that are sent as one file carry their own style; the pages do not."""

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)"
)
ELSEWHERE = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//")
ICON = re.compile(r"{% icon \"([a-z0-9-]+)\"")


def templates() -> Iterator[tuple[str, str]]:
    for path in PACKAGE.rglob("templates/**/*.html"):
        if STANDALONE not in path.parts:
            yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def test_no_template_has_scripts_or_styles_in_it() -> None:
    assert [(name, found[0]) for name, text in templates() if (found := INLINE.search(text))] == []


def test_no_template_loads_from_elsewhere() -> None:
    assert [name for name, text in templates() if ELSEWHERE.search(text)] == []


def test_style_sheets_and_scripts_of_ours_load_nothing_from_elsewhere() -> None:
    own = [*PACKAGE.rglob("static/ui/*"), *PACKAGE.rglob("static/reporting/*")]
    assert own
    assert [
        path.name for path in own if re.search(r"url\(|@import|https?://(?!www\.w3\.org)", path.read_text())
    ] == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    shipped = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))
    used = {icon for _name, text in templates() for icon in ICON.findall(text)}
    assert used - shipped == set()


def test_every_icon_of_the_navigation_and_the_actions_is_in_the_sprite() -> None:
    from leadloop.leads.web.detail import _TITLES
    from leadloop.workspace.navigation import PLACES

    shipped = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))
    assert {place.icon for place in PLACES} | {icon for _view, icon in _TITLES.values()} <= shipped


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "manifest.json"
    }
    assert present == manifest["sha256"]
    licenses = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for package, entry in manifest["packages"].items():
        assert entry["integrity"].startswith("sha512-")
        assert f"{package} {entry['version']} (" in licenses
