"""What `leadloop serve` refuses, and that it names every reason."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from leadloop.cli import guard
from leadloop.cli.server import address_of, free_port
from leadloop.foundation.errors import Conflict, UsageError


def settings(tmp_path: Path, **changes) -> SimpleNamespace:
    """A production that has nothing to be refused for."""
    safe = {
        "DEBUG": False,
        "DEMO": False,
        "PRODUCTION": True,
        "DATA_DIR": tmp_path,
        "SECRET_KEY": "kJ4vQ9zR2mX7tB1nW8cL5pY3hD6gF0sAeUoIqTyN",
        "ALLOWED_HOSTS": ["crm.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://crm.example.org"],
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "HUEY": {"immediate": False},
    }
    return SimpleNamespace(**{**safe, **changes})


def test_a_safe_production_is_served_anywhere(tmp_path):
    guard.refuse_unsafe(settings=settings(tmp_path), host="0.0.0.0")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"DEBUG": True}, "LEADLOOP_DEBUG"),
        ({"SECRET_KEY": "short"}, "LEADLOOP_SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "LEADLOOP_SECRET_KEY"),
        ({"ALLOWED_HOSTS": ["*"]}, "LEADLOOP_HOSTS"),
        ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]}, "LEADLOOP_HOSTS"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://crm.example.org"]}, "LEADLOOP_ORIGINS"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "LEADLOOP_BEHIND_PROXY"),
        ({"HUEY": {"immediate": True}}, "LEADLOOP_JOBS_IMMEDIATE"),
    ],
)
def test_production_names_the_setting_that_is_not_safe(tmp_path, change, named):
    with pytest.raises(UsageError) as refused:
        guard.refuse_unsafe(settings=settings(tmp_path, **change), host="127.0.0.1")

    assert str(refused.value).count("\n- ") == 1
    assert named in str(refused.value)


def test_production_names_all_of_them_at_once(tmp_path):
    careless = settings(tmp_path, DEBUG=True, ALLOWED_HOSTS=["*"], SECRET_KEY="x")

    with pytest.raises(UsageError) as refused:
        guard.refuse_unsafe(settings=careless, host="127.0.0.1")

    assert str(refused.value).count("\n- ") == 3


def test_outside_production_a_careless_setting_is_nobodys_danger(tmp_path):
    guard.refuse_unsafe(settings=settings(tmp_path, PRODUCTION=False, DEBUG=True), host="127.0.0.1")


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    secret = tmp_path / "secret-key"
    secret.write_text("…")
    secret.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        guard.refuse_unsafe(settings=settings(tmp_path), host="127.0.0.1")

    secret.chmod(0o600)
    guard.refuse_unsafe(settings=settings(tmp_path), host="127.0.0.1")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "crm.example.org"])
def test_the_demo_company_is_served_to_this_computer_only(tmp_path, host):
    demo = settings(tmp_path, PRODUCTION=False, DEMO=True)

    with pytest.raises(UsageError, match="demo"):
        guard.refuse_unsafe(settings=demo, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_serves_the_demo_company(tmp_path, host):
    guard.refuse_unsafe(settings=settings(tmp_path, PRODUCTION=False, DEMO=True), host=host)


def test_the_mark_in_the_data_directory_is_enough_to_be_a_demo(tmp_path):
    (tmp_path / guard.DEMO_MARK).write_text("{}")

    with pytest.raises(UsageError, match="demo"):
        guard.refuse_unsafe(settings=settings(tmp_path, PRODUCTION=False), host="0.0.0.0")


def test_a_port_that_somebody_listens_on_is_said_with_another_one():
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Conflict, match=f"{port} is in use.*--port {port + 1}"):
            free_port("127.0.0.1", port)


def test_port_zero_finds_a_free_one():
    assert free_port("127.0.0.1", 0) > 1023


def test_a_host_that_is_not_ours_is_wrong_usage():
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host, address):
    assert address_of(host, 8000) == address
