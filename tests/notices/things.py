"""A mail server, a chat server, and clocks that tests set."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default as policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.factories import NOW

from leadloop.foundation.messages import msg
from leadloop.notices.kinds import DATA, LEADS, Channel, Kind, offer
from leadloop.people.models import User

PLAIN = Kind("test.plain", msg("Plain thing"), DATA)
MAILED = Kind("test.mailed", msg("Mailed thing"), LEADS, channels=(Channel.APP, Channel.MAIL))
COLLECTED = Kind("test.collected", msg("Collected thing"), LEADS, channels=(Channel.APP, Channel.DIGEST))
for _kind in (PLAIN, MAILED, COLLECTED):
    offer(_kind)


def with_mail(user: User, address: str = "") -> User:
    user.email = address or f"{user.username}@example.com"
    user.save(update_fields=["email"])
    return user


@dataclass
class Watch:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


def no_chance() -> float:
    return 0.5


@dataclass
class Answer:
    """How the chat server behaves."""

    status: int = 200
    body: bytes = b'{"errcode": 0}'
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    drip: float = 0.0


@dataclass
class ChatServer:
    port: int
    answer: Answer = field(default_factory=Answer)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/abcdefghijklmnop1234?token=s3cret"


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    found = ChatServer(0)
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.calls.append((self.path, json.loads(body or b"{}")))
            answer = found.answer
            stop.wait(answer.hang)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                for byte in answer.body:
                    self.wfile.write(bytes([byte]))
                    if answer.drip:
                        self.wfile.flush()
                        time.sleep(answer.drip)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


@dataclass
class MailServer:
    port: int
    mails: list[Mail] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    refuse: str = ""
    """The answer to a receiver, such as ``550 no such user``."""
    hang: float = 0.0


@contextmanager
def mail_server() -> Iterator[MailServer]:
    from aiosmtpd.controller import Controller

    found = MailServer(0)

    class Handler:
        async def handle_RCPT(  # noqa: N802
            self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
        ) -> str:
            if found.refuse:
                return found.refuse
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            import asyncio

            if found.hang:
                await asyncio.sleep(found.hang)
            found.mails.append(message_from_bytes(envelope.content, policy=policy))
            found.receivers += envelope.rcpt_tos
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=_free_port())
    controller.start()
    found.port = controller.port
    try:
        yield found
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def use_mail(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 2
    settings.ADDRESS = "https://crm.example.com"


Make = Callable[..., Any]
