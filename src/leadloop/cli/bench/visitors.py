"""Visitors with a browser's habits, where they cost time: one connection kept open, cookies sent along."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from leadloop.cli.bench.processes import MeasuringFailed


@dataclass(slots=True)
class Visitor:
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path, None)

    def post(self, path: str, values: dict[str, str]) -> tuple[int, bytes]:
        token = self.cookies.get("csrftoken", "")
        return self._ask("POST", path, urlencode({**values, "csrfmiddlewaretoken": token}))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = HTTPConnection(urlsplit(self.address).netloc, timeout=120)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except OSError:
            self._connection.close()
            self._connection = None
            raise
        self._remember(answer)
        return answer.status, content

    def _remember(self, answer: HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()

    def sign_in(self, username: str, password: str) -> None:
        path = "/accounts/sign-in/"
        _, page = self.get(path)
        name = re.search(rb'<input[^>]*name="(username|login)"', page)
        status, _ = self.post(
            path, {name[1].decode() if name else "username": username, "password": password}
        )
        if status != 302:
            raise MeasuringFailed(f"signing in as {username} answered {status}")

    def another(self) -> Visitor:
        return Visitor(self.address, dict(self.cookies))

    def timed(self, path: str) -> float:
        started = time.perf_counter()
        status, _ = self.get(path)
        taken = time.perf_counter() - started
        if status != 200:
            raise MeasuringFailed(f"{path} answered {status}")
        return taken


def visit(visitor: Visitor, paths: list[str]) -> list[float]:
    """One after the other; seconds each."""
    return [visitor.timed(path) for path in paths]


def visit_together(visitor: Visitor, paths: list[str], *, visitors: int) -> float:
    """Several at once; pages a second of all together."""
    shares = [paths[number::visitors] for number in range(visitors)]
    failed: list[BaseException] = []

    def work(share: list[str]) -> None:
        try:
            visit(visitor.another(), share)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise MeasuringFailed(str(failed[0])) from failed[0]
    return len(paths) / (time.perf_counter() - started)
