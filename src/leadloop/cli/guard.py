"""What must not be served, and why."""

from __future__ import annotations

import ipaddress
import json
import os
from pathlib import Path
from typing import Any

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import Message, msg

DEMO_MARK = "demo.json"
"""Lies in a data directory that holds the demo company, whose passwords everybody knows."""


def is_demo(settings: Any) -> bool:
    return bool(settings.DEMO) or (settings.DATA_DIR / DEMO_MARK).exists()


def demo_mark(data: Path) -> dict[str, Any]:
    path = data / DEMO_MARK
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unsafe(*, settings: Any, host: str) -> None:
    """Raise with every reason at once, so that nobody mends them one start at a time."""
    if is_demo(settings) and not is_loopback(host):
        raise UsageError(
            msg(
                "This data directory holds the demo company, whose passwords are public, so it is only "
                "served on this computer: leave out --host, or take an empty data directory (LEADLOOP_DATA)."
            )
        )
    reasons = insecure(settings=settings) if settings.PRODUCTION else []
    if reasons:
        raise UsageError(
            msg(
                "LEADLOOP_PRODUCTION is on, and these settings are not safe:\n%(reasons)s",
                reasons=listed(reasons),
            )
        )


def listed(messages: list[Message]) -> Message:
    """Several messages under each other, each still to be translated on its own."""
    lines = {f"line{number}": message for number, message in enumerate(messages)}
    return Message("\n".join(f"- %({name})s" for name in lines), lines)


def insecure(*, settings: Any) -> list[Message]:
    """The settings that production mode does not accept."""
    found = [
        (settings.DEBUG, msg("LEADLOOP_DEBUG is on: error pages would show the source and the settings.")),
        (is_demo(settings), msg("LEADLOOP_DEMO is on: the demo users' passwords are public.")),
        (
            _plain(settings.SECRET_KEY),
            msg("LEADLOOP_SECRET_KEY is too short or too plain: at least 40 random characters."),
        ),
        (
            _readable(settings.DATA_DIR / "secret-key"),
            msg("%(file)s can be read by others: chmod 600 it.", file=settings.DATA_DIR / "secret-key"),
        ),
        (
            not _named_hosts(settings.ALLOWED_HOSTS),
            msg("LEADLOOP_HOSTS is empty or *: name the host names under which people open the site."),
        ),
        (
            not any(origin.startswith("https://") for origin in settings.CSRF_TRUSTED_ORIGINS),
            msg("LEADLOOP_ORIGINS is empty: name the https:// addresses under which people open the site."),
        ),
        (
            settings.SECURE_PROXY_SSL_HEADER is None,
            msg(
                "LEADLOOP_BEHIND_PROXY is off: sign-in needs https, given by a proxy in front of this server."
            ),
        ),
        (
            settings.HUEY.get("immediate"),
            msg("LEADLOOP_JOBS_IMMEDIATE is on: imports would block the pages."),
        ),
    ]
    return [message for bad, message in found if bad]


def _plain(key: str) -> bool:
    return len(key) < 40 or len(set(key)) < 10


def _named_hosts(hosts: list[str]) -> bool:
    return bool(hosts) and "*" not in hosts and not all(is_loopback(host.strip("[]")) for host in hosts)


def _readable(path: Path) -> bool:
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)
