"""HTTP requests to addresses that people typed: where they may go, how long they last, what is read.

Apprise calls ``requests`` by its name in each of its modules and gives back only whether the status was 200.
Chat services answer 200 with an error in the body, and a name can stand for another address a moment after
it was checked. So its modules get this in place of ``requests``: the address is looked at on the connection
itself, redirects are not followed, the whole exchange has an end, and the answer is kept for the caller.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util import connection as sockets

from leadloop.foundation.messages import msg
from leadloop.notices.addresses import PRIVATE, UNKNOWN_HOST, may_call, resolve
from leadloop.notices.sending.outcome import SENT, Outcome

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 4.0, 6.0, 12.0
_MOST_BYTES = 64 * 1024

SLOW = msg("The server did not answer in time.")
AWAY = msg("There is no connection to the server.")
INSECURE = msg("The server's certificate is not valid.")

_last = threading.local()


class _Deadline:
    """Ends a whole exchange, whatever it is at.

    Time limits of sockets begin anew with each byte: a server that sends one every few seconds would keep
    the worker for hours, in the head of its answer as in the body.
    """

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._open: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for one in self._open:
            one.close()

    def watch(self, connected: socket.socket) -> None:
        # A duplicate: TLS takes the socket itself over.
        self._open.append(connected.dup())
        if self.over:
            self._end()

    def _end(self) -> None:
        self.over = True
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Refused(OSError):
    """The address is a private one."""


def _connect(connection: Any) -> Any:
    """Resolve, look at what came out, and connect to that very address: nobody resolves again."""
    found = resolve(connection._dns_host, connection.port)
    if not found or not all(may_call(address) for address, _port in found):
        raise _Refused
    failed: OSError | None = None
    for place in found:
        try:
            connected = sockets.create_connection(
                place, connection.timeout, connection.source_address, connection.socket_options
            )
            _last.deadline.watch(connected)
            return connected
        except OSError as error:
            failed = error
    raise NewConnectionError(connection, "no address answers") from failed


class _PlainConnection(HTTPConnection):  # type: ignore[misc]
    def _new_conn(self) -> Any:
        return _connect(self)


class _SecureConnection(HTTPSConnection):  # type: ignore[misc]
    def _new_conn(self) -> Any:
        return _connect(self)


class _PlainPool(HTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):  # type: ignore[misc]
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class Guarded:
    """Stands for the module ``requests`` in Apprise's plugins."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, **options: Any) -> Any:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Any:
        options |= {
            "allow_redirects": False,
            "timeout": (CONNECT_SECONDS, READ_SECONDS),
            "verify": True,
            "stream": True,
        }
        _last.outcome = Outcome(AWAY, down=True)
        with _Deadline(WHOLE_SECONDS) as deadline, requests.Session() as session:
            _last.deadline = deadline
            # No proxy and no .netrc of the environment: a proxy would resolve the name out of our sight.
            session.trust_env = False
            session.mount("http://", _Adapter(max_retries=0))
            session.mount("https://", _Adapter(max_retries=0))
            try:
                answer = session.request(method, url, **options)
                answer._content = _read(answer)
            except requests.RequestException as error:
                _last.outcome = Outcome(SLOW, down=True) if deadline.over else _failure(error)
                raise
            except OSError as error:
                _last.outcome = _failure(error)
                raise requests.ConnectionError from None
            _last.outcome = Outcome(SLOW, down=True) if deadline.over else _judged(answer)
            return answer


def _read(answer: Any) -> bytes:
    """A little of the body: it says at most what was wrong."""
    body = b""
    for part in answer.iter_content(2_048):
        body += part
        if len(body) > _MOST_BYTES:
            break
    answer.close()
    return body


def _judged(answer: Any) -> Outcome:
    status = int(answer.status_code)
    if 300 <= status < 400:
        return Outcome(msg("The server sends on to another address; that is not followed."), down=True)
    if not 200 <= status < 300:
        return Outcome(msg("The server answers with status %(status)s.", status=status), down=True)
    code = _code_in(answer.content)
    if code:
        return Outcome(msg("The chat service refuses it with code %(code)s.", code=code), down=True)
    return SENT


def _code_in(body: bytes) -> str:
    """WeCom and DingTalk write ``errcode``, Feishu and Lark ``code``; 0 is well."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    code = found.get("errcode", found.get("code", 0)) if isinstance(found, dict) else 0
    return "" if code in (0, "0", None) else str(code)[:20]


def _failure(error: BaseException) -> Outcome:
    """In words of our own: an exception's text holds the address, and with it the key."""
    chain = list(_chain(error))
    if any(isinstance(one, _Refused) for one in chain):
        return Outcome(PRIVATE, final=True, down=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Outcome(INSECURE, down=True)
    if any("gaierror" in type(one).__name__ for one in chain):
        return Outcome(UNKNOWN_HOST, down=True)
    if isinstance(error, requests.Timeout) or any(isinstance(one, TimeoutError) for one in chain):
        return Outcome(SLOW, down=True)
    return Outcome(AWAY, down=True)


def _chain(error: BaseException | None) -> Any:
    """The error and those it came from, also those that it only carries along."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
        waiting += [part for part in one.args if isinstance(part, BaseException)]


def begin() -> None:
    _last.outcome = None


def last_outcome() -> Outcome | None:
    """What became of this thread's last request; None: none was made."""
    found: Outcome | None = getattr(_last, "outcome", None)
    return found
