"""Imports and other jobs take what pages leave of the processor."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leadloop.foundation.background import NICENESS

TELL = "import os; from leadloop.foundation.background import give_way; give_way(); print(os.nice(0))"


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no such thing")
@pytest.mark.parametrize("before", [0, 3, 15])
def test_it_steps_behind_pages_and_never_forward(before):
    start = f"import os; os.nice(max({before} - os.nice(0), 0)); {TELL}"
    ours = max(os.nice(0), before)
    answer = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True)
    assert int(answer.stdout) == max(ours, NICENESS)
