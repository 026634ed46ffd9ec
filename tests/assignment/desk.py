"""What tests of assignment have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connections
from tests.factories import NOW

from leadloop.assignment.operations import publish_assignment, publish_pools
from leadloop.leads.models import Lead
from leadloop.leads.operations import LeadFacts, register_lead
from leadloop.people.models import User
from leadloop.process.queries import default_process, policy


def publish(*rules: Mapping[str, Any], **changes: Any) -> None:
    """These rules of assignment from now on; what is not named is as shipped."""
    present = dict(policy(default_process(), "assignment"))
    publish_assignment(
        process=default_process(), policy={**present, "rules": list(rules), **changes}, actor=None, now=NOW
    )


def pool_rules(*pools: Mapping[str, Any], **changes: Any) -> None:
    present = dict(policy(default_process(), "pool"))
    publish_pools(
        process=default_process(),
        policy={**present, "pools": list(pools), **changes},
        conflict=policy(default_process(), "conflict"),
        actor=None,
        now=NOW,
    )


def arrives(customer: str, *, actor: User | None = None, now: Any = NOW, **facts: Any) -> Lead:
    """A lead as a public form brings it: nobody's yet."""
    return register_lead(facts=LeadFacts(customer=customer, **facts), actor=actor, now=now)


def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Run in threads that start together; what each gave, or the error it raised, in order."""
    gate = threading.Barrier(len(calls))
    answers: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            answers[place] = call()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers
