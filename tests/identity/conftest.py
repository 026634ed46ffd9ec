from __future__ import annotations

from tests.pages.conftest import ops, signed_in

__all__ = ["ops", "signed_in"]
