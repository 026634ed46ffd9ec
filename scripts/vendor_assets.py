"""Fetch the style sheets, scripts and icons that the pages use into the package.

    python scripts/vendor_assets.py            write the files that manifest.json names, at its versions
    python scripts/vendor_assets.py --check    only compare what is there with manifest.json
    python scripts/vendor_assets.py --latest   first raise every version to the registry's newest

The registry is the one npm is configured with. A package whose archive does not
have the integrity of the manifest is refused; after ``--latest``, or for a package
that is new in the manifest, the registry's own value is written there.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

VENDOR = Path(__file__).resolve().parent.parent / "src/leadloop/foundation/ui/static/vendor"
MANIFEST = VENDOR / "manifest.json"
LICENSES = VENDOR / "LICENSES.txt"
SPRITE = VENDOR / "icons.svg"
LICENSE_NAMES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE")


def registry() -> str:
    """Where npm would look, so that mirrors and proxies work the same here."""
    if configured := os.environ.get("NPM_CONFIG_REGISTRY"):
        return configured.rstrip("/")
    try:
        command = ["npm", "config", "get", "registry"]
        asked = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit("npm is needed to know the registry; or set NPM_CONFIG_REGISTRY.") from error
    return asked.stdout.strip().rstrip("/")


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as answer:
        return cast(bytes, answer.read())


def describe(base: str, package: str, version: str) -> dict[str, Any]:
    """The registry's entry for one version: its archive's address and integrity."""
    return cast(dict[str, Any], json.loads(fetch(f"{base}/{quote(package, safe='@')}/{version}")))


def integrity_of(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def archive(base: str, package: str, entry: dict[str, Any], *, latest: bool) -> tarfile.TarFile:
    """The package's files; fails unless they are byte for byte what the manifest promises."""
    facts = describe(base, package, "latest" if latest else entry["version"])
    content = fetch(facts["dist"]["tarball"])
    found = integrity_of(content)
    expected = facts["dist"]["integrity"] if latest else entry.get("integrity", facts["dist"]["integrity"])
    if found != expected:
        raise SystemExit(f"{package}: the archive has integrity {found}, expected {expected}")
    entry["version"], entry["integrity"], entry["license"] = facts["version"], found, facts.get("license", "")
    return tarfile.open(fileobj=io.BytesIO(content), mode="r:gz")


def member(files: tarfile.TarFile, path: str) -> bytes:
    handle = files.extractfile(f"package/{path}")
    if handle is None:
        raise SystemExit(f"{path} is not in the archive")
    return handle.read()


def license_text(files: tarfile.TarFile, package: str, entry: dict[str, Any]) -> str:
    names = files.getnames()
    texts = [member(files, name).decode() for name in LICENSE_NAMES if f"package/{name}" in names]
    if not texts:
        # Tabler's archive has no licence file; its header names the licence and the holders.
        texts = [entry["license_note"]]
    title = f"{package} {entry['version']} ({entry['license']})"
    return "\n".join([title, "=" * len(title), "", *(text.strip() for text in texts), ""])


def sprite(files: tarfile.TarFile, names: list[str]) -> str:
    """One SVG with a symbol for each icon that the pages use."""
    nodes = json.loads(member(files, "tabler-nodes-outline.json"))
    missing = [name for name in names if name not in nodes]
    if missing:
        raise SystemExit(f"no such icon: {', '.join(missing)}")
    symbols = [f'<symbol id="{name}" viewBox="0 0 24 24">{_shapes(nodes[name])}</symbol>' for name in names]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def _shapes(parts: list[list[Any]]) -> str:
    return "".join(
        f"<{tag} " + " ".join(f'{key}="{value}"' for key, value in attributes.items()) + "/>"
        for tag, attributes in parts
    )


def write(base: str, manifest: dict[str, Any], *, latest: bool) -> None:
    licenses = []
    for package, entry in manifest["packages"].items():
        with archive(base, package, entry, latest=latest) as files:
            for target, source in entry.get("files", {}).items():
                (VENDOR / target).write_bytes(without_map(member(files, source)))
            if "icons" in entry:
                entry["icons"] = sorted(set(entry["icons"]))
                SPRITE.write_text(sprite(files, entry["icons"]), encoding="utf-8")
            licenses.append(license_text(files, package, entry))
        print(f"{package} {entry['version']}")
    LICENSES.write_text("\n\n".join(licenses), encoding="utf-8")
    manifest["sha256"] = {path.name: digest(path) for path in shipped()}
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def without_map(content: bytes) -> bytes:
    """The file without its pointer to a source map, which is not shipped and would answer 404."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line or len(line) > 400)


def shipped() -> list[Path]:
    return sorted(path for path in VENDOR.iterdir() if path != MANIFEST)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences(manifest: dict[str, Any]) -> list[str]:
    """Files that were changed, added or removed by hand."""
    present = {path.name: digest(path) for path in shipped()}
    return sorted(
        name
        for name in present.keys() | manifest["sha256"].keys()
        if present.get(name) != manifest["sha256"].get(name)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--latest", action="store_true", help="raise versions first")
    options = parser.parse_args()
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    if not options.check:
        write(registry(), manifest, latest=options.latest)
    wrong = differences(manifest)
    for name in wrong:
        print(f"not as in manifest.json: {name}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
