"""``python -m leadloop.cli.bench.bare.run serve PORT WORKERS THREADS``, or a task with JSON options."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadloop.cli.bench.bare.models import Row

SETTINGS = "leadloop.cli.bench.bare.settings"
CHUNK = 2_000


def main(words: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if words[0] == "serve":
        serve(*map(int, words[1:4]))
        return
    import django

    django.setup()
    print(json.dumps({"answer": TASKS[words[0]](**json.loads(words[1]))}), flush=True)


def serve(port: int, workers: int, threads: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "leadloop.cli.bench.bare.wsgi:application",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


def load(*, rows: int) -> float:
    """An empty table filled by ``bulk_create``; gives rows a second."""
    from django.core.management import call_command

    from leadloop.cli.bench.bare.models import Row

    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    made = _rows(rows)
    started = time.perf_counter()
    Row.objects.bulk_create(made, batch_size=CHUNK)
    return rows / (time.perf_counter() - started)


def _rows(count: int) -> list[Row]:
    from leadloop.cli.bench.bare.models import Row

    first = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Row(
            number=f"LX{number:09d}",
            customer=f"杭州云帆智能科技有限公司{number}",
            contact="王敏",
            phone=f"1300{number:07d}",
            email=f"wang{number}@yunfan.example",
            source=("官网注册", "展会咨询", "电话营销")[number % 3],
            industry=("制造业", "信息技术", "零售业")[number % 3],
            size=("大型企业", "中型企业", "小微企业")[number % 3],
            region=("华东", "华南", "华北")[number % 3],
            owner=("林悦", "何俊", "唐怡")[number % 3],
            stage=("线索获取", "初步筛选", "需求沟通")[number % 3],
            amount=number % 1000 * 100,
            captured_at=first + timedelta(seconds=number),
        )
        for number in range(count)
    ]


TASKS: dict[str, Any] = {"load": load}

if __name__ == "__main__":
    main(sys.argv[1:])
