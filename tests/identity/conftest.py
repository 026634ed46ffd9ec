from __future__ import annotations

from tests.pages.conftest import _only_declared_names, ops, signed_in

__all__ = ["_only_declared_names", "ops", "signed_in"]
