"""Two people at the same answers in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.factories import NOW, a_lead, a_user, hours
from tests.playbook.things import a_script

from leadloop.discovery.models import Answer, AnswerVersion, Discovery
from leadloop.discovery.operations import answer, revise
from leadloop.foundation.errors import Conflict
from leadloop.playbook.models import Part, ScriptUse
from leadloop.playbook.operations import count_use
from leadloop.process.operations import install_defaults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]


def at_once(*things: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(things))
    found: list[object] = [None] * len(things)

    def do(place: int) -> None:
        barrier.wait()
        try:
            found[place] = things[place]()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(things))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_all_four_parts_at_once_are_all_kept_and_counted() -> None:
    install_defaults(now=NOW)
    lead = a_lead()
    at_once(
        *(
            lambda part=part: answer(lead=lead, part=part.value, text="said", actor=None, now=NOW + hours(1))
            for part in Part
        )
    )
    assert Answer.objects.count() == 4
    assert Discovery.objects.get().complete


def test_of_two_corrections_one_is_told() -> None:
    install_defaults(now=NOW)
    made = answer(lead=a_lead(), part="s", text="ten", actor=None, now=NOW + hours(1))
    found = at_once(
        *(
            lambda text=text: revise(answer=made, text=text, actor=None, now=NOW + hours(2), seen=1)
            for text in ("eleven", "twelve")
        )
    )
    assert {type(one) for one in found} == {Answer, Conflict}
    assert AnswerVersion.objects.get().text == "ten"


def test_a_double_click_is_one_use() -> None:
    install_defaults(now=NOW)
    script, lead, somebody = a_script(), a_lead(), a_user()
    found = at_once(
        *(lambda: count_use(version=script, lead_id=lead.pk, actor=somebody, now=NOW) for _ in range(3))
    )
    assert sorted(found, key=str) == [False, False, True]
    assert ScriptUse.objects.count() == 1
