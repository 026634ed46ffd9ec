"""Writes of the doors through which leads come in."""

from __future__ import annotations

from leadloop.capture.operations.capturing import Door, capture

__all__ = ["Door", "capture"]
