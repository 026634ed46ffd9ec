"""A burst of submissions of a public form: how fast they are accepted, and that each one becomes a lead."""

from __future__ import annotations

import json
import time
from typing import Any

from leadloop.cli.bench.figures import Result
from leadloop.cli.bench.jobs.create import SURNAMES
from leadloop.cli.bench.senders import Made, send
from leadloop.cli.bench.workshop import Workshop

SUBMISSIONS = 2_000
SENDERS = 8
PER_SECOND = 200
PATIENCE = 300.0


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "forms")
    key = shop.inside("a_form", name=copy, hourly=0)

    def submission(number: int) -> Made:
        body = {
            "contact": SURNAMES[number % 20] + f"女士{number}",
            "phone": f"17{number:09d}",
            "customer": f"宁波海诚{number}贸易有限公司",
            "first_need": "请寄一份样本",
            "utm_source": "baidu",
            "referrer": "https://www.example.com/",
        }
        return f"/forms/f/{key}/", json.dumps(body, ensure_ascii=False), "application/json"

    with shop.serve(copy) as server:
        # The first requests load what the pages need.
        send(server.address, submission, numbers=range(1, 51), clients=SENDERS, good=202)
        burst = send(
            server.address, submission, numbers=range(51, 51 + SUBMISSIONS), clients=SENDERS, good=202
        )
        started = time.perf_counter()
        inbox = _emptied(shop, copy)
        taken = time.perf_counter() - started
    accepted = burst.good + 50
    lost = accepted - inbox["leads"]
    enough = burst.rate >= PER_SECOND
    return [
        _result(shop, "form_submissions", burst.rate, "submissions/s", f">= {PER_SECOND}", enough),
        _result(shop, "form_submissions_p99", burst.p99_ms, "ms"),
        _result(shop, "form_submissions_refused", burst.failed, f"of {SUBMISSIONS}", "0", burst.failed == 0),
        _result(shop, "form_submissions_lost", lost, f"of {accepted} accepted", "0", lost == 0),
        _result(shop, "form_inbox_emptied", taken, "s after the burst"),
    ]  # fmt: skip


def _emptied(shop: Workshop, name: str) -> dict[str, int]:
    """The inbox when nothing waits in it any more, or when patience is over."""
    end = time.perf_counter() + PATIENCE
    while True:
        found: dict[str, Any] = {"leads": 0, **shop.inside("inbox", name=name)}
        if not found.get("waiting") or time.perf_counter() > end:
            return found
        time.sleep(0.5)


def _result(
    shop: Workshop, job: str, value: float, unit: str, target: str | None = None, met: bool | None = None
) -> Result:
    return Result(
        job=job, leads=shop.leads, database=shop.database, value=value, unit=unit, target=target, met=met
    )
