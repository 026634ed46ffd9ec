"""The engine keeps to itself: what it does is not seen in what a command prints."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

CODE = """
import sys
from leadloop.analysis import engine
backend = engine.connect()
for connection in (backend, engine.beside(backend)):
    rows = "FROM range(26000) a, range(26000) b"
    connection.con.execute(f"SELECT count(*) {rows} WHERE a.range * b.range % 7 = 3")
"""
"""The bar comes after two seconds, which cannot be shortened: setting them turns the bar on."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_at_a_terminal_nothing_is_drawn_into_the_output() -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", CODE], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, check=True
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b""
