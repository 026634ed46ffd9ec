"""People are told: who, how often, and by which way."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.notices.things import COLLECTED, MAILED, PLAIN, with_mail

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.notices import kinds
from leadloop.notices.kinds import Kind
from leadloop.notices.models import Notice
from leadloop.notices.operations import News, Wish, choose, mark_all_read, mark_read, tell, tell_many
from leadloop.notices.queries import unread_count
from leadloop.people.models import Role

pytestmark = pytest.mark.django_db

HELLO = msg("%(count)s leads are yours now.", count=3)


def wish(**changes: object) -> Wish:
    values: dict[str, object] = {
        "channels": {},
        "pace": "daily",
        "daily_at": time(8, 30),
        "quiet_from": None,
        "quiet_until": None,
        "urgent_through": False,
    }
    return Wish(**{**values, **changes})  # type: ignore[arg-type]


def test_each_person_is_told_once(cast: Cast) -> None:
    tell(to=[cast.owner, cast.manager, cast.owner], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW)
    assert sorted(Notice.objects.values_list("user", flat=True)) == sorted([cast.owner.pk, cast.manager.pk])
    assert unread_count(cast.owner.pk) == 1
    assert unread_count(cast.teammate.pk) == 0


def test_the_same_key_is_heard_once_by_a_person(cast: Cast) -> None:
    for _ in range(3):
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW, key="due:7:1")
    tell(to=[cast.manager], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW, key="due:7:1")
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW, key="due:7:2")
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW)
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="/leads/", now=NOW)
    assert unread_count(cast.owner.pk) == 4
    assert unread_count(cast.manager.pk) == 1


def test_nothing_is_told_when_the_callers_transaction_fails(cast: Cast, woken: list[str]) -> None:
    def fails() -> None:
        with transaction.atomic():
            tell(to=[cast.owner], kind=MAILED.key, message=HELLO, link="/leads/", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert Notice.objects.count() == 0
    assert woken == []


def test_who_left_is_not_told(cast: Cast) -> None:
    cast.owner.is_active = False
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", now=NOW)
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x"])
def test_links_lead_to_a_place_in_here(cast: Cast, link: str) -> None:
    with pytest.raises(ValueError, match="path"):
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link=link, now=NOW)


def test_kinds_are_declared(cast: Cast) -> None:
    with pytest.raises(ValueError, match="nobody"):
        tell(to=[cast.owner], kind="nobody", message=HELLO, link="", now=NOW)
    with pytest.raises(ValueError, match="two kinds"):
        kinds.offer(Kind(PLAIN.key, msg("Another"), kinds.DATA))
    kinds.offer(PLAIN)


def test_a_subject_stays_on_one_line_and_repeats_no_forbidden_number(cast: Cast) -> None:
    subject = "甲公司\r\nBcc: x@example.com\u202e 11010519491231002X"
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", subject="甲\r\nBcc: a\u202eb", now=NOW)
    tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", subject=subject, now=NOW)
    assert list(Notice.objects.order_by("id").values_list("subject", flat=True)) == ["甲 Bcc: a b", "***"]


def questions(asked: CaptureQueriesContext) -> int:
    return sum("INSERT" not in query["sql"] for query in asked.captured_queries)


def test_a_thousand_people_cost_as_many_questions_as_one(cast: Cast) -> None:
    everybody = list(cast.everybody().values())
    # Wishes and groups are kept in memory from now on.
    tell_many([News([cast.owner], MAILED.key, HELLO, "/")], now=NOW)
    with CaptureQueriesContext(connection) as one:
        tell_many([News([cast.owner], MAILED.key, HELLO, "/")], now=NOW)
    with CaptureQueriesContext(connection) as many:
        tell_many([News(everybody, MAILED.key, HELLO, "/", key=str(n)) for n in range(90)], now=NOW)
    assert len(one) <= 4
    # SQLite takes some eighty rows an insert.
    assert questions(many) == questions(one)


class TestWishes:
    def test_without_a_mail_server_nothing_waits_to_be_mailed(self, cast: Cast) -> None:
        tell(to=[with_mail(cast.owner)], kind=MAILED.key, message=HELLO, link="", now=NOW)
        assert Notice.objects.get().mail_at is None

    def test_what_is_usual_holds_until_somebody_chooses(self, cast: Cast, settings: object) -> None:
        settings.EMAIL_HOST = "mail.example.com"  # type: ignore[attr-defined]
        owner = with_mail(cast.owner)
        for kind in (PLAIN, MAILED, COLLECTED):
            tell(to=[owner], kind=kind.key, message=HELLO, link="", now=NOW)
        due = dict(Notice.objects.values_list("kind", "mail_at"))
        assert due["test.plain"] is None
        assert due["test.mailed"] == NOW
        # 10:00 in Shanghai: tomorrow at 8:30.
        assert due["test.collected"] == datetime(2026, 6, 16, 0, 30, tzinfo=UTC)

    def test_neither_in_the_app_nor_mailed_is_no_notice_at_all(self, cast: Cast) -> None:
        choose(actor=cast.owner, wish=wish(channels={PLAIN.key: []}), now=NOW)
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", now=NOW)
        assert Notice.objects.count() == 0

    def test_only_mailed_is_not_in_the_list(self, cast: Cast, settings: object) -> None:
        settings.EMAIL_HOST = "mail.example.com"  # type: ignore[attr-defined]
        choose(actor=with_mail(cast.owner), wish=wish(channels={PLAIN.key: ["mail"]}), now=NOW)
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", now=NOW)
        assert unread_count(cast.owner.pk) == 0
        assert Notice.objects.get().mail_at == NOW

    def test_quiet_hours_hold_urgent_ones_back_unless_the_person_says_otherwise(
        self, cast: Cast, settings: object
    ) -> None:
        settings.EMAIL_HOST = "mail.example.com"  # type: ignore[attr-defined]
        night = datetime(2026, 6, 15, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
        quiet = {"quiet_from": time(22, 0), "quiet_until": time(7, 0)}
        choose(actor=with_mail(cast.owner), wish=wish(**quiet), now=NOW)
        choose(actor=with_mail(cast.manager), wish=wish(**quiet, urgent_through=True), now=NOW)
        both = [cast.owner, cast.manager]
        tell(to=both, kind=MAILED.key, message=HELLO, link="", now=night)
        tell(to=both, kind=MAILED.key, message=HELLO, link="", now=night, urgent=True)
        tell(to=both, kind=COLLECTED.key, message=HELLO, link="", now=night, urgent=True)
        morning = datetime(2026, 6, 15, 23, 0, tzinfo=UTC)
        assert list(Notice.objects.filter(user=cast.owner).values_list("mail_at", flat=True)) == [morning] * 3
        own = Notice.objects.filter(user=cast.manager).order_by("id").values_list("mail_at", flat=True)
        assert list(own) == [morning, night, night]

    def test_a_new_wish_holds_for_what_waits(self, cast: Cast, settings: object) -> None:
        settings.EMAIL_HOST = "mail.example.com"  # type: ignore[attr-defined]
        owner = with_mail(cast.owner)
        tell(to=[owner], kind=COLLECTED.key, message=HELLO, link="", now=NOW)
        choose(actor=owner, wish=wish(pace="hourly"), now=NOW + timedelta(minutes=5))
        assert Notice.objects.get().mail_at == NOW + hours(1)
        choose(actor=owner, wish=wish(channels={COLLECTED.key: ["app"]}), now=NOW)
        assert Notice.objects.get().mail_at is None

    @pytest.mark.parametrize(
        "bad",
        [
            {"quiet_from": time(22, 0)},
            {"pace": "weekly"},
            {"channels": {"nobody": ["app"]}},
            {"channels": {"test.plain": ["pigeon"]}},
            {"channels": {"undelivered": ["app"]}},
        ],
    )
    def test_what_cannot_be_chosen(self, cast: Cast, bad: dict[str, object]) -> None:
        """The last one is for administrators and operations."""
        with pytest.raises(DataError):
            choose(actor=cast.owner, wish=wish(**bad), now=NOW)


class TestReading:
    def test_the_first_time_counts(self, cast: Cast) -> None:
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", now=NOW)
        notice = Notice.objects.get()
        mark_read(notice=notice, now=NOW)
        mark_read(notice=notice, now=NOW + hours(1))
        assert Notice.objects.get().read_at == NOW

    def test_what_came_meanwhile_stays_unread(self, cast: Cast) -> None:
        for _ in range(3):
            tell(to=[cast.owner, cast.manager], kind=PLAIN.key, message=HELLO, link="", now=NOW)
        seen = Notice.objects.filter(user=cast.owner).latest("id").pk
        tell(to=[cast.owner], kind=PLAIN.key, message=HELLO, link="", now=NOW)
        assert mark_all_read(actor=cast.owner, now=NOW, up_to=seen) == 3
        assert unread_count(cast.owner.pk) == 1
        assert unread_count(cast.manager.pk) == 3

    def test_nobody_counts_further_than_needed(self, cast: Cast) -> None:
        tell_many([News([cast.owner], PLAIN.key, HELLO, "") for _ in range(150)], now=NOW)
        assert unread_count(cast.owner.pk) == 100


def test_kinds_for_other_roles_are_not_offered() -> None:
    assert "undelivered" in {kind.key for kind in kinds.for_roles([Role.OPS])}
    assert "undelivered" not in {kind.key for kind in kinds.for_roles([Role.REP])}
