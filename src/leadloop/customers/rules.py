"""What a customer is known by, as pure functions."""

from __future__ import annotations

from leadloop.customers.company_names import CompanyName, company_key, parse, sound_key
from leadloop.foundation.text import name_key

__all__ = ["CompanyName", "company_key", "name_keys", "parse", "sound_key"]


def name_keys(name: str) -> dict[str, str]:
    """The columns that go with a name, of a customer and of an alias."""
    key = company_key(name)
    return {"name_key": name_key(name), "company_key": key, "sound_key": sound_key(key)}
