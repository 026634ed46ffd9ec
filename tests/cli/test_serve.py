"""`leadloop demo` and `leadloop serve` as real processes: one tree that answers, and that ends as a whole."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadloop.cli.bench.processes import tree
from leadloop.cli.bench.visitors import Visitor

pytestmark = pytest.mark.slow

LEADLOOP = [sys.executable, "-m", "leadloop.cli.main"]
PATIENCE = 60


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LEADLOOP_", "DATABASE_"))
    }
    return {**kept, "LEADLOOP_DATA": str(data), "LEADLOOP_LANGUAGE": "en", **more}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    data = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*LEADLOOP, "demo", "--no-serve"], env=environment(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "password is “demo”" in done.stdout
    return data


class Running:
    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def descendants(self) -> list[int]:
        return [pid for pid in tree(self.process.pid) if pid != self.process.pid]


@contextlib.contextmanager
def running(data: Path, *words: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [*LEADLOOP, *words, "--port", "0"],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Running(process, _address(process))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(said)


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_address_is_printed_once_it_answers_and_a_demo_user_signs_in(demo):
    with running(demo, "serve") as server:
        visitor = Visitor(server.address)
        assert visitor.get("/healthz")[0] == 200
        assert visitor.get("/leads/")[0] == 302

        visitor.sign_in("rep", "demo")

        for path in ("/", "/leads/", "/pipeline/", "/analysis/conversion/", "/analysis/funnel/"):
            assert visitor.get(path)[0] == 200, path


def test_static_files_may_be_kept_for_good(demo):
    with running(demo, "serve") as server:
        visitor = Visitor(server.address)
        page = visitor.get("/accounts/sign-in/")[1].decode()
        sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
        assert sheet, page[:1000]

        import urllib.request

        with urllib.request.urlopen(server.address + sheet[1]) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_whole_tree(demo, number):
    with running(demo, "serve", "--workers", "2") as server:
        children = server.descendants()
        assert len(children) >= 3

        server.process.send_signal(number)

        assert server.process.wait(PATIENCE) == 0
        assert gone(children)


def test_control_c_in_a_terminal_reaches_everybody_and_ends_all(demo):
    with running(demo, "serve") as server:
        children = server.descendants()

        os.killpg(server.process.pid, signal.SIGINT)

        assert server.process.wait(PATIENCE) == 0
        assert gone(children)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent death signal")
def test_a_killed_supervisor_leaves_nobody_behind(demo):
    with running(demo, "serve") as server:
        children = server.descendants()

        server.process.kill()
        server.process.wait()

        assert gone(children)


def test_a_jobs_process_that_dies_comes_back(demo):
    with running(demo, "serve") as server:
        jobs = server.descendants()[0]
        os.kill(jobs, signal.SIGKILL)

        deadline = time.monotonic() + PATIENCE
        while len([pid for pid in server.descendants() if _alive(pid)]) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert Visitor(server.address).get("/healthz")[0] == 200


def refused(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEADLOOP, *words],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_taken_port_is_said_and_ends_with_1(demo):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = refused(demo, "serve", "--port", str(port))

    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr


def test_the_demo_company_is_not_served_to_others(demo):
    done = refused(demo, "serve", "--host", "0.0.0.0", "--port", "0")

    assert done.returncode == 2
    assert "demo" in done.stderr


def test_an_insecure_production_is_refused_by_name(tmp_path):
    done = refused(tmp_path, "serve", "--port", "0", LEADLOOP_PRODUCTION="1", LEADLOOP_DEBUG="1")

    assert done.returncode == 2
    for name in ("LEADLOOP_DEBUG", "LEADLOOP_HOSTS", "LEADLOOP_ORIGINS"):
        assert name in done.stderr


def test_the_demo_is_made_once_and_anew_on_request(demo):
    again = refused(demo, "demo", "--no-serve")
    assert again.returncode == 0
    assert "made in" not in again.stdout

    fresh = refused(demo, "demo", "--no-serve", "--fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert "made in" in fresh.stdout


def test_a_database_with_other_leads_is_never_made_a_demo(tmp_path, demo):
    import shutil

    shutil.copy(demo / "leadloop.sqlite3", tmp_path / "leadloop.sqlite3")

    done = refused(tmp_path, "demo", "--no-serve", "--fresh")

    assert done.returncode == 1
    assert "already holds leads" in done.stderr
    assert (tmp_path / "leadloop.sqlite3").exists()


def test_the_demo_passes_its_own_check(demo):
    done = refused(demo, "check")

    assert done.returncode == 0, done.stdout
