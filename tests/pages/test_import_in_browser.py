"""A newcomer's way: sign in, import an export, watch it, open the figures, click a number, see its leads."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.installations import an_installation
from tests.pages.chromium import chromium, needs_chromium

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_chromium]

GOLDEN = Path(__file__).parent.parent / "golden"
PASSWORD = "a-long-enough-password"
_OPS = f"""
from leadloop.people.models import Role, User
user = User.objects.create_user("ops", password="{PASSWORD}", display_name="Ops")
user.memberships.create(role=Role.OPS)
"""


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Signed in, as operations, to an empty installation with a server and a worker of its own."""
    with an_installation(tmp_path / "data") as installation:
        installation.run(_OPS)
        server = subprocess.Popen(
            [sys.executable, "-m", "leadloop.cli.main", "serve", "--port", "0"],
            env={**installation.environment, "LEADLOOP_LANGUAGE": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        try:
            context.set_default_timeout(30_000)
            page = context.new_page()
            _sign_in(page, _address(server))
            yield page
        finally:
            context.close()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = ""
    for line in server.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(said)


def _sign_in(page: Any, base: str) -> None:
    page.goto(base + "/")
    page.fill("#id_username", "ops")
    page.fill("#id_password", PASSWORD)
    page.click("#sign-in button.btn-primary")
    page.wait_for_url(base + "/")


def _import(page: Any, name: str, folder: Path, rows: str) -> None:
    """Through the wizard, a copy as Chinese spreadsheets write it; progress is seen on the way."""
    copy = folder / name
    copy.write_bytes((GOLDEN / name).read_text(encoding="utf-8-sig").encode("gb18030"))
    page.click("nav a[href^='/imports/']")
    page.set_input_files("#id_files", str(copy))
    page.click(".form-actions .btn-primary")
    page.wait_for_url(re.compile(r"/imports/\d+/columns/"))
    page.click(".form-actions .btn-primary")
    page.wait_for_url(re.compile(r"/imports/\d+/preview/"))
    page.click("button[name=start]")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    page.wait_for_selector("progress.import-progress")
    page.wait_for_selector(".import-sum")
    numbers = re.findall(r"[\d,]+", page.inner_text(".import-sum"))
    assert numbers == [rows, rows, "0", "0", "0"]


def _expected(name: str) -> list[list[Any]]:
    found: list[list[Any]] = json.loads((GOLDEN / f"{name}_expected.json").read_text("utf-8"))["rows"]
    return found


def _cells(page: Any) -> dict[str, list[str]]:
    rows = page.locator("table.figures tbody tr").all()
    read = [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]
    return {re.sub(r"\s*weakest$", "", cells[0]).strip(): cells[1:] for cells in read if len(cells) > 1}


def _downloaded(page: Any, what: str) -> bytes:
    if not page.locator(what).first.is_visible():
        page.locator("details", has=page.locator(what)).locator("summary").first.click()
    with page.expect_download() as waiting:
        page.locator(what).first.click()
    return Path(waiting.value.path()).read_bytes()


def test_the_funnel_of_an_imported_file(page: Any, tmp_path: Path) -> None:
    _import(page, "table2_leads.csv", tmp_path, "1,000")
    base = page.url.split("/imports")[0]
    page.goto(f"{base}/analysis/funnel/?period=all")
    rows = list(_cells(page).values())
    for cells, (_stage, entered, lost, rate, _reasons) in zip(rows, _expected("table2"), strict=True):
        assert cells[0] == f"{entered:,}"
        assert cells[2] == ("—" if lost is None else f"{lost:,}")
        assert rate is None or f"{rate}%" in cells
    assert _downloaded(page, "[data-chart-save=funnel]").startswith(b"\x89PNG")
    assert b",340," in _downloaded(page, "a[href*='funnel.csv']")
    assert _downloaded(page, "a[href*='funnel.xlsx']").startswith(b"PK")
    page.locator("table.figures a", has_text=re.compile("^340$")).click()
    page.wait_for_url(re.compile("/leads/"))
    assert "340" in page.inner_text(".notice strong")
    listed = 0
    while True:
        listed += page.locator("table tbody tr").count()
        following = page.locator("a[rel=next]")
        if not following.count():
            break
        following.first.click()
        page.wait_for_load_state()
    assert listed == 340


def test_the_conversion_table_of_an_imported_file(page: Any, tmp_path: Path) -> None:
    _import(page, "table1_leads.csv", tmp_path, "2,000")
    base = page.url.split("/imports")[0]
    question = "period=2026-06&compare=2026-05&by=source&by=industry%2Bsize&by=team"
    page.goto(f"{base}/analysis/conversion/?{question}")
    shown = _cells(page)
    words = {"high": "high", "medium": "medium", "none": "", "high: needs support": "needs support"}
    for _dimension, value, leads, deals, rate, change, priority in _expected("table1"):
        cells = shown[value.replace("/", " / ")]
        assert cells[:3] == [f"{leads:,}", f"{deals:,}", f"{rate}%"]
        assert any(f"{abs(change)} pp" in cell for cell in cells)
        assert any(words[priority] in cell.lower() for cell in cells[5:7])
