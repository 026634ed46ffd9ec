"""The templates, policies and loss reasons that come with the application, as data in TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

TEMPLATES = ("general_b2b", "saas", "industrial_equipment", "opportunity_sheet", "retail_services")


@cache
def template(key: str) -> Mapping[str, Any]:
    """One template with its policies complete: its own tables replace those of ``policies.toml``."""
    if key not in TEMPLATES:
        raise KeyError(key)
    found = _read(key)
    return found | {"policies": policies() | found.get("policies", {})}


@cache
def policies() -> Mapping[str, Any]:
    return _read("policies")


@cache
def loss_reasons() -> list[Mapping[str, Any]]:
    """First level in order; ``children`` are the second."""
    found: list[Mapping[str, Any]] = _read("reasons")["reason"]
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
