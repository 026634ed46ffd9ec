"""Kill the worker while it sends, with real processes, a real SIGKILL and a real mail server."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.installations import an_installation, kill, wait_until
from tests.notices.things import mail_server

PEOPLE = 40
KILLS = 3

_START = """
from leadloop.foundation import clock
from leadloop.foundation.messages import msg
from leadloop.notices import kinds, waking
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.operations import News, tell_many
from leadloop.people.operations import create_user
waking.provide(lambda: None)
kind = Kind("test.killed", msg("Mailed"), kinds.DATA, channels=(Channel.APP, Channel.MAIL))
kinds.offer(kind)
now = clock.now()
people = [
    create_user(username=f"u{{n}}", display_name="U", email=f"u{{n}}@example.com", actor=None, now=now)
    for n in range({people})
]
tell_many([News([one], kind.key, msg("Hello"), "/") for one in people], now=now)
"""

_WORK = """
import time
from datetime import timedelta
from leadloop.foundation import clock
from leadloop.notices.operations import delivering
delivering.LOST_AFTER = timedelta(seconds=4)
while True:
    delivering.work_off(clock=clock.now)
    time.sleep(0.2)
"""

_STATES = """
import json
from leadloop.notices.models import Delivery, Notice
rows = Delivery.objects.values_list("user__username", "state")
print(json.dumps([list(rows), Notice.objects.filter(mail=None).count(), Notice.objects.count()]))
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_each_mail_once_or_unknown(tmp_path: Path) -> None:
    with mail_server() as server, an_installation(tmp_path / "data") as installation:
        server.hang = 0.05
        installation.environment |= {
            "LEADLOOP_SMTP_HOST": "127.0.0.1",
            "LEADLOOP_SMTP_PORT": str(server.port),
            "LEADLOOP_SMTP_SECURITY": "none",
        }
        installation.run(_START.format(people=PEOPLE))
        for kills in range(1, KILLS + 1):
            worker = installation.start(_WORK)
            wait_until(lambda least=kills * PEOPLE // (KILLS + 2): len(server.receivers) >= least)
            kill(worker)
        worker = installation.start(_WORK)
        ended = {"sent", "unknown"}
        wait_until(lambda: {state for _, state in json.loads(installation.run(_STATES))[0]} <= ended)
        kill(worker)
        rows, uncollected, notices = json.loads(installation.run(_STATES))
        heard = Counter(address.partition("@")[0] for address in server.receivers)
        assert (len(rows), uncollected, notices) == (PEOPLE, 0, PEOPLE)
        assert max(heard.values()) == 1
        assert all(heard[name] == 1 for name, state in rows if state == "sent")
        # A worker does one thing at a time, so each kill leaves at most one of which nobody knows.
        assert sum(state == "unknown" for _, state in rows) <= KILLS
