"""The wizard in the browser, page by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.imports.files import a_file, a_row

from leadloop.imports import tasks
from leadloop.imports.models import Import, Status
from leadloop.imports.web import wizard
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.process.models import Process

pytestmark = pytest.mark.django_db
OPTIONS = {
    "duplicates": "skip",
    "match": ["number", "phone"],
    "won_without_amount": "reject",
    "create_missing": "on",
}


@pytest.fixture
def ops(cast: Cast, client_for: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser of operations; jobs are done at once."""
    monkeypatch.setattr(wizard, "run_import", tasks.run_import.call_local)
    return client_for(cast.ops)


def uploaded(client: Client, path: Path) -> Import:
    with path.open("rb") as stream:
        answer = client.post("/imports/new/", {"files": stream})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("id")


def choices_of(html: str) -> dict[str, Any]:
    """What a page's selects would send as they are."""
    found = {}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"(.*?)</select>', html, re.S):
        selected = re.search(r'<option value="([^"]*)"[^>]*selected', options)
        found[name] = selected[1] if selected else ""
    return found


def test_from_the_file_to_the_leads(ops: Client, tmp_path: Path) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1), a_row(2, 获取时间="morgen")]))
    page = ops.get(f"/imports/{import_.pk}/columns/")
    chosen = choices_of(page.content.decode())
    assert {"number", "source", "captured_at", "phone"} <= set(chosen.values())
    assert ops.post(f"/imports/{import_.pk}/columns/", chosen).headers["Location"].endswith("/preview/")
    page = ops.get(f"/imports/{import_.pk}/preview/").content.decode()
    assert "morgen" in page
    assert "北京测试科技有限公司1" in page
    answer = ops.post(f"/imports/{import_.pk}/preview/", {**OPTIONS, "start": ""})
    assert answer.headers["Location"] == f"/imports/{import_.pk}/"
    import_.refresh_from_db()
    assert (import_.status, import_.created, import_.rejected) == (Status.DONE, 1, 1)
    rejected = b"".join(ops.get(f"/imports/{import_.pk}/rejected.csv").streaming_content)  # type: ignore[attr-defined]
    assert rejected.startswith(b"\xef\xbb\xbf")
    assert "morgen" in rejected.decode("utf-8-sig")


def test_preview_writes_nothing(ops: Client, tmp_path: Path) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1, 来源渠道="新渠道")]))
    assert ops.get(f"/imports/{import_.pk}/preview/").status_code == 200
    assert Lead.objects.count() == 0
    assert not Lead.objects.filter(channel__name="新渠道").exists()


def test_column_that_is_not_wanted_is_left_out(ops: Client, tmp_path: Path) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1)]))
    url = f"/imports/{import_.pk}/columns/"
    chosen = choices_of(ops.get(url).content.decode())
    unwanted = next(name for name, field in chosen.items() if field == "industry")
    ops.post(url, {**chosen, unwanted: ""})
    ops.post(f"/imports/{import_.pk}/preview/", {**OPTIONS, "start": ""})
    assert Lead.objects.get().industry == ""


def test_stages_of_the_file_can_be_put_elsewhere(ops: Client, tmp_path: Path) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1, 初步筛选时间="2026-05-06 10:00")]))
    url = f"/imports/{import_.pk}/columns/"
    ops.post(url, {**choices_of(ops.get(url).content.decode()), "stage-screened": "need"})
    ops.post(f"/imports/{import_.pk}/preview/", {**OPTIONS, "start": ""})
    assert Lead.objects.select_related("stage").get().stage.key == "need"


def test_process_is_made_of_the_stages_of_the_file(ops: Client, tmp_path: Path) -> None:
    cells = {"初步筛选时间": "2026-05-06 10:00", "成交签约时间": "", "当前阶段": "初步筛选"}
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1, **cells)]))
    url = f"/imports/{import_.pk}/columns/"
    chosen = choices_of(ops.get(url).content.decode()) | {"process": "*new*", "new_process": ""}
    refused = ops.post(url, chosen)
    assert refused.status_code == 422
    assert ops.post(url, {**chosen, "new_process": "Old CRM"}).status_code == 302
    ops.post(f"/imports/{import_.pk}/preview/", {**OPTIONS, "start": ""})
    lead = Lead.objects.select_related("process", "stage").get()
    assert (lead.process.name_en, lead.stage.key) == ("Old CRM", "screened")
    assert Process.objects.count() == 2


def test_file_that_cannot_be_read_is_refused_with_words(ops: Client, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with empty.open("rb") as stream:
        answer = ops.post("/imports/new/", {"files": stream})
    assert answer.status_code == 422
    assert "empty.csv" in answer.content.decode()
    assert not Import.objects.exists()


def test_nothing_chosen_is_refused(ops: Client) -> None:
    assert ops.post("/imports/new/", {}).status_code == 422


def test_progress_asks_again_only_while_it_runs(ops: Client, cast: Cast) -> None:
    running = Import.objects.create(
        actor=cast.ops,
        created_at=cast.ops.date_joined,
        status=Status.RUNNING,
        files=[{"name": "a.csv", "path": "1/a.csv", "size": 1}],
        rows_total=100,
        rows_read=25,
        seconds=5.0,
    )
    page = ops.get(f"/imports/{running.pk}/").content.decode()
    assert "every 1s" in page
    assert 'value="25.0"' in page
    Import.objects.filter(pk=running.pk).update(status=Status.DONE)
    assert "every 1s" in ops.get(f"/imports/{running.pk}/").content.decode(), "its leads are looked over"
    Import.objects.filter(pk=running.pk).update(looked_over_at=cast.ops.date_joined)
    assert "every 1s" not in ops.get(f"/imports/{running.pk}/").content.decode()


def test_imports_of_others_do_not_exist(
    ops: Client, cast: Cast, client_for: Callable[[User], Client], tmp_path: Path
) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1)]))
    for page in ("", "columns/", "preview/", "rejected.csv", "mapping.toml"):
        assert client_for(cast.marketing).get(f"/imports/{import_.pk}/{page}").status_code == 404


def test_rep_is_refused(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert client_for(cast.owner).get("/imports/new/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_database_equally_often(
    ops: Client, cast: Cast, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        Import.objects.create(
            actor=cast.ops,
            created_at=cast.ops.date_joined,
            status=Status.DONE,
            files=[{"name": f"{number}.csv"}],
        )
    ops.get("/imports/")
    # One of them is the bell's.
    with django_assert_num_queries(6):
        ops.get("/imports/")


def test_preview_shows_the_last_line_without_a_line_end_and_the_stages_of_the_process(
    ops: Client, tmp_path: Path
) -> None:
    path = a_file(tmp_path, [a_row(n) for n in range(1, 13)])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    import_ = uploaded(ops, path)
    page = ops.get(f"/imports/{import_.pk}/preview/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "A0012" in page
    assert "线索获取" in page
    assert "Captured" not in page


def test_what_becomes_of_leads_without_an_owner_is_asked(ops: Client, cast: Cast, tmp_path: Path) -> None:
    import_ = uploaded(ops, a_file(tmp_path, [a_row(1)]))
    address = f"/imports/{import_.pk}/preview/"
    assert 'name="ownerless" value="rules"' in ops.get(address).content.decode()
    chosen = {"duplicates": "skip", "won_without_amount": "reject", "match": ["number"], "ownerless": "pool"}
    assert ops.post(address, {**chosen, "again": ""}).status_code == 200
    import_.refresh_from_db()
    assert import_.options["ownerless"] == "pool"
    assert ops.post(address, {**chosen, "ownerless": "nobody", "again": ""}).status_code == 422
