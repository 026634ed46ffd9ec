"""Programs that send one thing after another over a connection kept open, alone or several at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from leadloop.cli.bench.figures import percentile

Made = tuple[str, str, str]
"""Path, body and content type of a request."""


@dataclass(slots=True)
class Sent:
    """What came of one share of requests."""

    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Burst:
    rate: float
    """Good answers a second of all together."""
    p99_ms: float
    good: int
    failed: int
    example: str
    """Of a failure."""


def send(
    address: str,
    make: Callable[[int], Made],
    *,
    numbers: range,
    clients: int,
    good: int,
    headers: Mapping[str, str] | None = None,
) -> Burst:
    """Send the requests of ``numbers`` shared out among the clients; ``good`` is the status that counts."""
    shares = [Sent() for _ in range(clients)]
    threads = [
        threading.Thread(
            target=_share, args=(address, make, numbers[at::clients], good, dict(headers or {}), shares[at])
        )
        for at in range(clients)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    times = [second for share in shares for second in share.seconds]
    refused = [why for share in shares for why in share.refused]
    done = len(times) - len(refused)
    p99 = percentile(times, 0.99) * 1000 if times else 0.0
    return Burst(done / taken, p99, done, len(numbers) - done, refused[0] if refused else "")


def _share(
    address: str,
    make: Callable[[int], Made],
    numbers: range,
    good: int,
    headers: dict[str, str],
    sent: Sent,
) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=120)
    for number in numbers:
        path, body, kind = make(number)
        started = time.perf_counter()
        try:
            connection.request("POST", path, body.encode(), {"Content-Type": kind, **headers})
            answer = connection.getresponse()
            content, status = answer.read(), answer.status
        except OSError as error:
            connection.close()
            content, status = str(error).encode(), 0
        sent.seconds.append(time.perf_counter() - started)
        if status != good:
            sent.refused.append(f"{status} {content[:300].decode(errors='replace')}")
    connection.close()
