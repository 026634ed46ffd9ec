"""What leaves the house, against a real mail server and a real web server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.notices.things import (
    COLLECTED,
    MAILED,
    PLAIN,
    ChatServer,
    MailServer,
    Watch,
    no_chance,
    use_mail,
    with_mail,
)

from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import from_data, msg
from leadloop.notices import operations, queries
from leadloop.notices.models import Circuit, Delivery, DeliveryState, Endpoint, Notice, Post
from leadloop.notices.operations import News, delivering, mark_read, tell, tell_many
from leadloop.notices.rules import MOST_TRIES
from leadloop.notices.sending import chat as chat_sending
from leadloop.notices.sending import guarded
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
State = DeliveryState
Group = Callable[..., Endpoint]
HELLO = msg("%(count)s leads are yours now.", count=3)


def work(watch: Watch) -> dict[str, int]:
    return dict(operations.work_off(clock=watch, chance=no_chance))


def told(user: User, kind: str = MAILED.key, **more: Any) -> None:
    values = {"message": HELLO, "link": "/leads/LX-1/", "subject": "甲公司", "now": NOW, **more}
    tell(to=[user], kind=kind, **values)


def problem(one: Delivery) -> str:
    return str(from_data(one.problem))


class TestMail:
    def test_plain_and_html_in_the_receivers_language(
        self, cast: Cast, mails: MailServer, watch: Watch
    ) -> None:
        User.objects.filter(pk=cast.owner.pk).update(language="en")
        told(with_mail(cast.owner), message=msg("Budget <b>18</b> & more"))
        assert work(watch) == {"sent": 1}
        (mail,) = mails.mails
        assert mails.receivers == ["owner@example.com"]
        assert mail["subject"] == "甲公司 · Mailed thing"
        assert mail["auto-submitted"] == "auto-generated"
        plain = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
        rich = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
        notice = Notice.objects.get()
        way = f"https://crm.example.com/notices/{notice.pk}/open/"
        assert "甲公司: Budget <b>18</b> & more" in plain
        assert way in plain
        assert "Budget &lt;b&gt;18&lt;/b&gt; &amp; more" in rich
        assert f'href="{way}"' in rich
        assert notice.mail is not None
        assert notice.mail.state == State.SENT

    def test_without_an_address_of_its_own_the_mail_says_the_path(
        self, cast: Cast, mails: MailServer, watch: Watch, settings: Any
    ) -> None:
        settings.ADDRESS = ""
        told(with_mail(cast.owner))
        work(watch)
        (mail,) = mails.mails
        rich = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
        assert f'<code style="font-size:13px">/notices/{Notice.objects.get().pk}/open/</code>' in rich
        assert 'href="/' not in rich

    def test_what_is_due_together_is_one_mail(self, cast: Cast, mails: MailServer, watch: Watch) -> None:
        tell_many(
            [News([with_mail(cast.owner)], MAILED.key, HELLO, "/", key=str(n)) for n in range(400)], now=NOW
        )
        assert work(watch) == {"sent": 1}
        assert len(mails.mails) == 1
        assert "400" in mails.mails[0]["subject"]
        assert "350" in mails.mails[0].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
        assert Delivery.objects.get().count == 400
        assert work(watch) == {}

    def test_what_was_read_before_its_collected_mail_is_not_mailed(
        self, cast: Cast, mails: MailServer, watch: Watch
    ) -> None:
        owner = with_mail(cast.owner)
        told(owner, COLLECTED.key, subject="甲")
        told(owner, COLLECTED.key, subject="乙")
        mark_read(notice=Notice.objects.earliest("id"), now=NOW)
        assert work(watch) == {}
        watch.on(days=1)
        assert work(watch) == {"sent": 1}
        assert mails.mails[0]["subject"].startswith("乙")
        watch.on(days=1)
        assert work(watch) == {}

    def test_an_unknown_receiver_is_given_up_at_once_and_told_to_those_who_can_mend_it(
        self, cast: Cast, mails: MailServer, watch: Watch
    ) -> None:
        mails.refuse = "550 no such user here, said mail.secret.example"
        told(with_mail(cast.owner))
        assert work(watch) == {"given_up": 1}
        one = Delivery.objects.get()
        assert problem(one) == "The mail server refuses the message with code 550."
        heard = Notice.objects.filter(kind="undelivered")
        assert set(heard.values_list("user", flat=True)) == {cast.ops.pk, cast.admin.pk}
        assert Circuit.objects.count() == 0

    def test_a_full_mailbox_is_tried_again(self, cast: Cast, mails: MailServer, watch: Watch) -> None:
        mails.refuse = "452 later please"
        told(with_mail(cast.owner))
        assert work(watch) == {"waiting": 1}
        assert Delivery.objects.get().due_at == NOW + timedelta(minutes=1)
        assert work(watch) == {}
        mails.refuse = ""
        watch.on(minutes=1)
        assert work(watch) == {"sent": 1}
        assert len(mails.mails) == 1

    def test_a_mail_server_that_is_away_keeps_nobody_waiting(
        self, cast: Cast, settings: Any, watch: Watch
    ) -> None:
        """Three connections are tried, not one for each of the mails; and nothing is lost."""
        use_mail(settings, 1)
        for user in cast.everybody().values():
            told(with_mail(user))
        assert work(watch) == {"waiting": 3, "": 6}
        assert Circuit.objects.get().open_until == NOW + timedelta(minutes=1)
        assert work(watch) == {}
        assert Delivery.objects.filter(state=State.WAITING).count() == 9

    def test_nobody_hears_twice_at_the_same_attempt_number(
        self, cast: Cast, mails: MailServer, watch: Watch
    ) -> None:
        """A mail server can tell by the number that it has a mail already."""
        mails.hang = 3
        told(with_mail(cast.owner))
        assert work(watch) == {"waiting": 1}
        mails.hang = 0
        watch.on(minutes=5)
        assert work(watch) == {"sent": 1}
        assert len({mail["message-id"] for mail in mails.mails}) == 1


class TestChat:
    def test_a_group_hears_what_its_team_is_told(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group, settings: Any
    ) -> None:
        settings.ADDRESS = "https://crm.example.com"
        a_group(chat.address, team=cast.north, kinds=[PLAIN.key])
        told(cast.owner, PLAIN.key)
        told(cast.stranger, PLAIN.key)
        told(cast.owner, MAILED.key)
        assert work(watch) == {"sent": 1}
        ((path, body),) = chat.calls
        assert path == "/hook/abcdefghijklmnop1234?token=s3cret"
        assert body["title"] == "leadloop · Plain thing"
        assert body["message"] == "• 3 leads are yours now. → Owner\nhttps://crm.example.com/leads/LX-1/"

    def test_names_of_customers_only_where_that_was_chosen(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        a_group(chat.address, names_records=True)
        told(cast.owner, PLAIN.key)
        work(watch)
        assert "甲公司" in chat.calls[0][1]["message"]

    def test_many_become_one_message_that_fits(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        a_group(chat.address)
        long = msg("一" * 60)
        tell_many(
            [News([cast.owner], PLAIN.key, long, f"/leads/{n}/", key=str(n)) for n in range(400)], now=NOW
        )
        assert work(watch) == {"sent": 1}
        body = chat.calls[0][1]
        assert "400" in body["title"]
        assert len((body["title"] + body["message"]).encode()) <= 2_000
        assert "more" in body["message"]

    def test_an_error_is_tried_again_with_growing_pauses_and_then_given_up(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        chat.answer.status = 500
        a_group(chat.address)
        told(cast.owner, PLAIN.key)
        for _ in range(100):
            work(watch)
            watch.on(minutes=10)
        one = Delivery.objects.get()
        assert (one.state, one.tries) == (State.GIVEN_UP, MOST_TRIES)
        assert problem(one) == "The server answers with status 500."
        assert len(chat.calls) == MOST_TRIES
        assert Notice.objects.filter(kind="undelivered", user=cast.ops).count() == 1
        chat.answer.status = 200
        operations.send_again(delivery=one, actor=cast.ops, now=watch.now)
        assert work(watch) == {"sent": 1}
        with pytest.raises(Conflict):
            operations.send_again(delivery=one, actor=cast.ops, now=watch.now)

    def test_a_service_that_says_no_with_status_200(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        chat.answer.body = b'{"errcode": 93000, "errmsg": "invalid webhook url key=s3cret"}'
        a_group(chat.address)
        told(cast.owner, PLAIN.key)
        assert work(watch) == {"waiting": 1}
        assert problem(Delivery.objects.get()) == "The chat service refuses it with code 93000."

    @pytest.mark.parametrize("how", ["hang", "drip"])
    def test_a_server_that_hangs_costs_its_time_and_no_more(
        self,
        cast: Cast,
        chat: ChatServer,
        watch: Watch,
        a_group: Group,
        how: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(guarded, "READ_SECONDS", 0.5)
        monkeypatch.setattr(guarded, "WHOLE_SECONDS", 1.0)
        chat.answer.hang, chat.answer.drip = (30.0, 0.0) if how == "hang" else (0.0, 0.3)
        chat.answer.body = b"x" * 200
        a_group(chat.address)
        told(cast.owner, PLAIN.key)
        began = time.monotonic()
        assert work(watch) == {"waiting": 1}
        assert time.monotonic() - began < 15
        assert problem(Delivery.objects.get()) == "The server did not answer in time."

    def test_a_way_that_fails_is_left_alone_and_the_others_are_not(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        a_group("http://127.0.0.1:1/hook/nobody", name="dead")
        a_group(chat.address, name="alive")
        for minute in range(8):
            told(cast.owner, PLAIN.key, key=str(minute))
            work(watch)
            watch.on(seconds=61)
        alive = Delivery.objects.filter(endpoint__name="alive")
        assert alive.filter(state=State.SENT).count() == 8
        dead = queries.endpoints().get(name="dead")
        assert queries.way_of(dead.pk) in queries.resting(watch.now - timedelta(seconds=61))
        # What comes while it rests gathers into the next message instead of queueing for it.
        assert Delivery.objects.filter(endpoint=dead).count() < 8
        assert Post.objects.filter(endpoint=dead).count() == 8

    def test_redirects_are_not_followed(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        chat.answer.status = 307
        chat.answer.headers["Location"] = f"http://127.0.0.1:{chat.port}/internal"
        a_group(chat.address)
        told(cast.owner, PLAIN.key)
        assert work(watch) == {"waiting": 1}
        assert [path for path, _ in chat.calls] == ["/hook/abcdefghijklmnop1234?token=s3cret"]
        assert "sends on" in problem(Delivery.objects.get())

    def test_a_removed_group_is_told_no_more(
        self, cast: Cast, chat: ChatServer, watch: Watch, a_group: Group
    ) -> None:
        chat.answer.status = 500
        group = a_group(chat.address)
        told(cast.owner, PLAIN.key)
        work(watch)
        told(cast.owner, PLAIN.key)
        operations.remove_group(endpoint=group, actor=cast.ops, now=watch.now)
        told(cast.owner, PLAIN.key)
        watch.on(hours=1)
        assert work(watch) == {}
        assert Delivery.objects.get().state == State.DROPPED
        assert not Post.objects.filter(delivery=None).exists()
        group.refresh_from_db()
        assert group.address == ""

    def test_no_key_is_in_the_log(
        self,
        cast: Cast,
        chat: ChatServer,
        watch: Watch,
        a_group: Group,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        a_group(chat.address)
        for status in (200, 500):
            chat.answer.status = status
            told(cast.owner, PLAIN.key)
            work(watch)
            watch.on(minutes=2)
        assert len(chat.calls) == 2
        assert "s3cret" not in caplog.text
        assert "abcdefghijklmnop" not in caplog.text


SERVICES = {
    "wecom": ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-12", "text.content"),
    "dingtalk": ("https://oapi.dingtalk.com/robot/send?access_token=ab12", "text.content"),
    "feishu": ("https://open.feishu.cn/open-apis/bot/v2/hook/ab-12", "content.text"),
    "lark": ("https://open.larksuite.com/open-apis/bot/v2/hook/ab-12", "content.text"),
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_chat_service_gets_its_own_form(
    service: str,
    cast: Cast,
    chat: ChatServer,
    watch: Watch,
    a_group: Group,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, place = SERVICES[service]
    secret = "SECx" if service == "dingtalk" else ""
    group = a_group(address, secret=secret)
    assert group.service == service
    made = chat_sending._plugins()[group.service]
    local = f"http://127.0.0.1:{chat.port}/robot/"
    named = {"wecom": "?key={key}", "dingtalk": "?access_token={token}", "feishu": "{token}", "lark": ""}
    monkeypatch.setattr(made, "notify_url", local + named[service])
    told(cast.owner, PLAIN.key, message=msg("您有新线索"))
    assert work(watch) == {"sent": 1}
    ((path, body),) = chat.calls
    assert "ab" in path
    assert ("sign=" in path) == bool(secret)
    for name in place.split("."):
        body = body[name]
    assert body.startswith("leadloop")
    assert "您有新线索" in body


class TestOnce:
    def test_a_worker_that_died_leaves_it_unknown_and_shown(
        self, cast: Cast, mails: MailServer, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        def dies(delivery: Delivery) -> None:
            raise Killed

        told(with_mail(cast.owner))
        with monkeypatch.context() as patch:
            patch.setattr(delivering, "_send", dies)
            with pytest.raises(Killed):
                work(watch)
        assert Delivery.objects.get().state == State.SENDING
        watch.on(minutes=1)
        assert work(watch) == {}
        watch.on(minutes=10)
        assert work(watch) == {}
        one = Delivery.objects.get()
        assert one.state == State.UNKNOWN
        assert queries.troubled(cast.owner, watch.now) == 1
        assert mails.mails == []
        operations.send_again(delivery=one, actor=cast.owner, now=watch.now)
        assert work(watch) == {"sent": 1}
        assert len(mails.mails) == 1

    def test_late_news_of_a_worker_count(
        self, cast: Cast, mails: MailServer, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It slept longer than anybody waits, but it had sent it."""
        usual = delivering._send

        def slowly(delivery: Delivery) -> Any:
            found = usual(delivery)
            operations.mark_unknown(now=watch.on(hours=1))
            assert Delivery.objects.get().state == State.UNKNOWN
            return found

        monkeypatch.setattr(delivering, "_send", slowly)
        told(with_mail(cast.owner))
        assert work(watch) == {"sent": 1}
        assert Delivery.objects.get().state == State.SENT

    def test_an_unexpected_error_is_tried_again(
        self,
        cast: Cast,
        mails: MailServer,
        watch: Watch,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken(delivery: Delivery) -> None:
            raise ZeroDivisionError("https://example.com/?key=s3cret")

        told(with_mail(cast.owner))
        with monkeypatch.context() as patch:
            patch.setattr(delivering, "_send", broken)
            assert work(watch) == {"waiting": 1}
        assert "ZeroDivisionError" in caplog.text
        assert "s3cret" not in caplog.text
        watch.on(minutes=2)
        assert work(watch) == {"sent": 1}

    def test_several_workers_send_each_message_once(
        self,
        shared_database: None,
        cast: Cast,
        mails: MailServer,
        watch: Watch,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from django.db import connection

        class Open:
            def acquire(self, blocking: bool = True) -> bool:
                return True

            def release(self) -> None:
                pass

        monkeypatch.setattr(delivering, "_at_work", Open())
        for user in cast.everybody().values():
            told(with_mail(user))

        def run() -> None:
            try:
                work(watch)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(mails.receivers) == sorted(f"{name}@example.com" for name in cast.everybody())
        assert Delivery.objects.filter(state=State.SENT).count() == 9
        assert Delivery.objects.count() == 9


def test_old_notices_go_and_what_waits_stays(
    cast: Cast, mails: MailServer, watch: Watch, settings: Any
) -> None:
    settings.NOTICE_DAYS = 180
    told(with_mail(cast.owner))
    work(watch)
    told(cast.owner, PLAIN.key, now=NOW + hours(24 * 100))
    assert operations.forget_old(now=NOW + hours(24 * 179)) == 0
    assert operations.forget_old(now=NOW + hours(24 * 181)) == 1
    assert Notice.objects.get().kind == PLAIN.key
    assert Delivery.objects.count() == 0
