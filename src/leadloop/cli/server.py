"""One process tree: a supervisor that holds nothing, web processes with threads, one process for jobs.

The application is imported before the tree branches out, so that on systems that fork the
processes share its memory and the first answer comes sooner.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from leadloop.foundation.errors import Conflict, UsageError
from leadloop.foundation.messages import msg

THREADS = 4
"""Per web process. More would only wait for each other: Python runs one at a time."""
GRACE_SECONDS = 5
JOBS_RESTART_SECONDS = 2.0


def free_port(host: str, port: int) -> int:
    """The port to listen on, once it is certain that nobody else does.

    The web processes share the port (SO_REUSEPORT), and so would a second server started by
    mistake: half of the requests would go to each. Hence this exclusive bind first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise _cannot_bind(host, port, error) from error
        return int(probe.getsockname()[1])


def _cannot_bind(host: str, port: int, error: Exception) -> Exception:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return Conflict(
            msg(
                "Port %(port)s is in use by another program. Stop it, or choose another: --port %(other)s",
                port=port,
                other=port + 1,
            )
        )
    if number in {errno.EACCES, errno.EPERM}:
        return Conflict(msg("Port %(port)s needs administrator rights; choose one above 1023.", port=port))
    return UsageError(
        msg("Cannot listen on %(host)s:%(port)s: %(error)s", host=host, port=port, error=str(error))
    )


def address_of(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def serve(*, host: str, port: int, workers: int, when_ready: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM; every process of the tree has ended when this returns."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "leadloop.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.error,
    )
    jobs = JobsProcess()
    address = address_of(host, port)
    server.on_startup(jobs.start)
    server.on_startup(lambda: _announce(address, when_ready))
    server.on_shutdown(jobs.stop)
    preload()
    try:
        server.serve(target_loader=load_application)
    finally:
        jobs.stop()


def preload() -> None:
    """Import the application in the supervisor, without leaving anything open that a fork would copy."""
    from django.db import connections
    from django.urls import get_resolver

    # Nothing that importing makes is garbage, and a collector that walks it later, in each process,
    # would write to the pages they share.
    gc.disable()
    _application()
    # Touching the patterns imports every page's views.
    _patterns = get_resolver().url_patterns
    connections.close_all()
    gc.freeze()


def load_application(_target: str) -> Any:
    """The WSGI application; runs in each web process."""
    _end_with_parent()
    gc.enable()
    return _application()


def _application() -> Any:
    from django.utils.module_loading import import_string

    return import_string("leadloop.config.wsgi.application")


def _end_with_parent() -> None:
    """On Linux: a supervisor that is killed without a chance to clean up takes its children along."""
    supervisor = multiprocessing.parent_process()
    if sys.platform != "linux" or supervisor is None:
        return
    import ctypes

    set_parent_death_signal = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
    # Killed before the line above: nobody is left to send the signal.
    if os.getppid() != supervisor.pid:
        os._exit(1)


def _announce(address: str, when_ready: Callable[[str], None]) -> None:
    threading.Thread(target=_wait_and_tell, args=(address, when_ready), daemon=True).start()


def _wait_and_tell(address: str, when_ready: Callable[[str], None]) -> None:
    for _attempt in range(1200):
        time.sleep(0.05)
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310
                pass
        except urllib.error.HTTPError as answer:
            # An answer, though not a good one: the address works, and its page says what is wrong.
            answer.close()
        except OSError:
            continue
        return when_ready(address)


class JobsProcess:
    """The process that runs background jobs; started again when it dies.

    What a dead one was working on is found again by the sweep of each job's own rows.
    """

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        # Forked like the web processes, and for the same reason: their memory is shared.
        self._process = _spawn_jobs(multiprocessing.get_context())
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while self._process is not None:
            self._process.join()
            if self._stopping.wait(JOBS_RESTART_SECONDS):
                return
            # By now the supervisor has threads; a fork could copy a lock that one of them holds.
            self._process = _spawn_jobs(multiprocessing.get_context("spawn"))

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is None or not process.is_alive():
            return
        process.terminate()
        process.join(GRACE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _spawn_jobs(context: Any) -> BaseProcess:
    process: BaseProcess = context.Process(target=run_jobs, name="leadloop-jobs", daemon=True)
    process.start()
    return process


def run_jobs() -> None:
    """Work on the queue until told to stop."""
    # The supervisor's handlers came along with the fork and would swallow the signal to stop.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    _end_with_parent()
    gc.enable()
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from leadloop.foundation import jobs

    jobs.run()
