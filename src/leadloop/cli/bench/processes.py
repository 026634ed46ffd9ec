"""Child processes of a measurement: how long they take, what they hold in memory, and their certain end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class MeasuringFailed(Exception):
    """A child process ended otherwise than it should; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Ended:
    seconds: float
    peak_mb: float
    output: str


def run(words: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run a command to its end: wall time and peak memory of that one process."""
    started = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603
        words, env=_environment(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert child.stdout is not None
    output = child.stdout.read().decode(errors="replace")
    child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    taken = time.perf_counter() - started
    if child.returncode:
        raise MeasuringFailed(f"{' '.join(words)} ended with {child.returncode}: {output[-3000:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Ended(taken, usage.ru_maxrss / unit, output)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Compiled modules are kept, as an installation keeps them: its starts are what is measured."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **ours}


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    pid: int
    ready_seconds: float
    """From starting the command to the first good answer."""

    def memory_mb(self) -> float:
        """Of the whole process tree; shared pages are counted once."""
        return sum(_memory_kb(pid) for pid in tree(self.pid)) / 1024


@contextlib.contextmanager
def serving(words: Sequence[str], environment: Mapping[str, str], *, log: Path) -> Iterator[Server]:
    """Start a server; ``PORT`` among its words is replaced. It and all its children end with the block."""
    port = free_port()
    with log.open("ab") as sink:
        started = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603
            [str(port) if word == "PORT" else word for word in words],
            env=_environment(environment),
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, child, log)
            yield Server(address, child.pid, time.perf_counter() - started)
        finally:
            _end(child)


def _wait_for(address: str, child: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(12_000):
        if child.poll() is not None:
            raise MeasuringFailed(f"the server ended: {log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=10):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        time.sleep(0.005)
    raise MeasuringFailed("the server did not answer within a minute")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and its descendants (Linux; elsewhere the process alone)."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    with contextlib.suppress(OSError):
        for task in children.parent.parent.iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def _memory_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
