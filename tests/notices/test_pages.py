"""The pages as people use them, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import Cast
from tests.factories import NOW, hours
from tests.notices.things import COLLECTED, MAILED, PLAIN, with_mail

from leadloop.foundation import clock
from leadloop.foundation.messages import msg, to_data
from leadloop.notices.models import Delivery, DeliveryState, Endpoint, Notice, Post, Preference
from leadloop.notices.operations import tell
from leadloop.notices.queries import unread_count
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
For = Callable[[User], Client]
HELLO = msg("%(count)s leads are yours now.", count=3)
KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def visit(client_for: Callable[..., Client]) -> For:
    def make(user: User) -> Client:
        User.objects.filter(pk=user.pk).update(language="en")
        return client_for(user, HTTP_ACCEPT_LANGUAGE="en")

    return make


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def told(user: User, kind: str = PLAIN.key, **more: Any) -> None:
    tell(to=[user], kind=kind, **{"message": HELLO, "link": "/leads/", "now": clock.now(), **more})


class TestList:
    def test_by_day_the_newest_first(self, cast: Cast, visit: For) -> None:
        told(cast.owner, subject="甲公司", now=clock.now() - hours(24))
        told(cast.owner, subject="乙公司", urgent=True)
        page = text(visit(cast.owner).get("/notices/"))
        assert re.search(r"Today .*乙公司 .*Yesterday .*甲公司", page)
        assert "Urgent" in page
        assert "Unread 2" in page

    def test_only_ones_own(self, cast: Cast, visit: For) -> None:
        told(cast.owner, subject="甲公司")
        client = visit(cast.manager)
        assert "甲公司" not in text(client.get("/notices/"))
        pk = Notice.objects.get().pk
        assert client.get(f"/notices/{pk}/open/").status_code == 404
        assert client.post(f"/notices/{pk}/read/").status_code == 404
        client.post("/notices/read/", {"newest": str(pk)})
        assert unread_count(cast.owner.pk) == 1

    def test_empty_states(self, cast: Cast, visit: For) -> None:
        client = visit(cast.owner)
        assert "Nothing yet" in text(client.get("/notices/"))
        assert "All read" in text(client.get("/notices/?show=unread"))

    def test_filters(self, cast: Cast, visit: For) -> None:
        told(cast.owner, subject="甲公司")
        told(cast.owner, MAILED.key, subject="乙公司")
        client = visit(cast.owner)
        page = text(client.get(f"/notices/?kind={MAILED.key}"))
        assert "乙公司" in page
        assert "甲公司" not in page
        Notice.objects.filter(kind=MAILED.key).update(read_at=NOW)
        page = text(client.get("/notices/?show=unread"))
        assert "甲公司" in page
        assert "乙公司" not in page
        for odd in ("?kind=nobody", "?before=x", "?before=999999999999999999999", "?before=²"):
            assert client.get(f"/notices/{odd}").status_code == 200

    def test_to_open_is_to_read(self, cast: Cast, visit: For) -> None:
        told(cast.owner, link="/pipeline/")
        answer = visit(cast.owner).get(f"/notices/{Notice.objects.get().pk}/open/")
        assert (answer.status_code, answer["Location"]) == (302, "/pipeline/")
        assert unread_count(cast.owner.pk) == 0

    def test_read_and_unread_again_in_place(self, cast: Cast, visit: For) -> None:
        told(cast.owner)
        pk = Notice.objects.get().pk
        client, htmx = visit(cast.owner), {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": f"li#notice-{pk}"}
        answer = client.post(f"/notices/{pk}/read/", **htmx)
        assert answer.content.decode().startswith(f'<li class="notice-row" id="notice-{pk}"')
        assert answer["HX-Trigger"] == "notices-changed"
        client.post(f"/notices/{pk}/read/", {"unread": "1"}, **htmx)
        assert unread_count(cast.owner.pk) == 1

    def test_older_ones_follow(self, cast: Cast, visit: For) -> None:
        for number in range(60):
            told(cast.owner, subject=f"公司{number:02d}号")
        client = visit(cast.owner)
        page = client.get("/notices/").content.decode()
        assert "公司59号" in page
        assert "公司09号" not in page
        older = re.search(r'class="list-foot"><a class="btn" href="([^"]+)"', page)
        assert older is not None
        assert "公司09号" in client.get(older[1]).content.decode()

    def test_what_somebody_typed_is_text(self, cast: Cast, visit: For) -> None:
        told(cast.owner, subject="<script>x</script>", message=msg("a <b>bold</b> word"))
        page = visit(cast.owner).get("/notices/").content.decode()
        assert "<script>x" not in page
        assert "<b>bold" not in page


class TestBell:
    def test_it_counts_in_the_frame_of_every_page_with_one_question(self, cast: Cast, visit: For) -> None:
        for _ in range(3):
            told(cast.owner)
        client = visit(cast.owner)
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/accounts/preferences/").content.decode()
        assert 'aria-label="Notices, 3 unread"' in page
        assert sum("notices_notice" in query["sql"] for query in asked.captured_queries) == 1

    def test_the_part_that_open_pages_ask_for(self, cast: Cast, visit: For) -> None:
        client = visit(cast.owner)
        assert "bell-count" not in client.get("/notices/bell/").content.decode()
        for _ in range(120):
            told(cast.owner)
        assert ">99+<" in client.get("/notices/bell/").content.decode()

    def test_it_is_found_by_the_index_of_unread_ones(self, cast: Cast) -> None:
        rows = Notice.objects.filter(user=cast.owner, read_at=None, shown=True).order_by().values("user_id")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET enable_seqscan = off")
        assert "notice_unread" in rows.explain()


class TestSettings:
    def post(self, client: Client, **values: str) -> Any:
        usual = {"pace": "daily", "daily_at": "08:30", "quiet_from": "", "quiet_until": ""}
        return client.post("/notices/settings/", {**usual, **values})

    def test_the_matrix(self, cast: Cast, visit: For) -> None:
        client = visit(cast.owner)
        answer = self.post(
            client,
            **{f"mail.{PLAIN.key}": "digest", f"app.{MAILED.key}": "on", "pace": "hourly",
               "quiet_from": "22:00", "quiet_until": "07:00", "urgent_through": "on"},
        )  # fmt: skip
        assert answer.status_code == 302
        own = Preference.objects.get()
        assert own.choices[PLAIN.key] == ["digest"]
        assert own.choices[MAILED.key] == ["app"]
        assert own.choices[COLLECTED.key] == []
        assert (own.pace, own.quiet_from.hour, own.urgent_through) == ("hourly", 22, True)  # type: ignore[union-attr]
        page = client.get("/notices/settings/").content.decode()
        assert f'name="app.{MAILED.key}" checked' in page
        assert f'name="app.{PLAIN.key}" checked' not in page

    def test_what_was_sent_is_still_there_when_something_is_wrong(self, cast: Cast, visit: For) -> None:
        answer = self.post(visit(cast.owner), **{f"app.{PLAIN.key}": "on", "quiet_from": "22:00"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert f'name="app.{PLAIN.key}" checked' in page
        assert f'name="app.{MAILED.key}" checked' not in page
        assert "leave both empty" in page
        assert Preference.objects.count() == 0

    def test_a_server_without_mail_says_so(self, cast: Cast, visit: For, settings: Any) -> None:
        client = visit(cast.owner)
        assert "sends no e-mail yet" in text(client.get("/notices/settings/"))
        settings.EMAIL_HOST = "mail.example.com"
        assert "There is no e-mail address with your account" in text(client.get("/notices/settings/"))
        with_mail(cast.owner)
        assert "owner@example.com" in text(client.get("/notices/settings/"))


class TestGroups:
    VALUES = {"name": "北区群", "team": "", "language": "zh-hans", "kinds": [PLAIN.key]}

    def test_the_address_is_never_shown_again(self, cast: Cast, visit: For) -> None:
        client = visit(cast.ops)
        assert client.post("/notices/groups/new/", {**self.VALUES, "address": KEY}).status_code == 302
        pk = Endpoint.objects.get().pk
        for address in ("/notices/groups/", f"/notices/groups/{pk}/", f"/notices/groups/{pk}/remove/"):
            page = client.get(address)
            assert page.status_code == 200
            assert "693a91f6" not in page.content.decode()
        assert "••••5aaa" in client.get("/notices/groups/").content.decode()
        assert client.post(f"/notices/groups/{pk}/", {**self.VALUES, "name": "新"}).status_code == 302
        assert (Endpoint.objects.get().name, Endpoint.objects.get().address) == ("新", KEY)

    def test_a_private_address_is_refused_at_its_field(self, cast: Cast, visit: For) -> None:
        answer = visit(cast.ops).post(
            "/notices/groups/new/", {**self.VALUES, "address": "https://127.0.0.1/hook"}
        )
        assert answer.status_code == 422
        assert "private network" in text(answer)
        assert Endpoint.objects.count() == 0

    def test_a_test_message_is_the_workers_work(self, cast: Cast, visit: For, a_group: Any) -> None:
        group = a_group(KEY)
        assert visit(cast.admin).post(f"/notices/groups/{group.pk}/test/").status_code == 302
        assert Post.objects.get().endpoint == group

    def test_removing(self, cast: Cast, visit: For, a_group: Any) -> None:
        group = a_group(KEY)
        client = visit(cast.ops)
        assert client.post(f"/notices/groups/{group.pk}/remove/").status_code == 302
        assert "No group is told yet" in text(client.get("/notices/groups/"))

    @pytest.mark.parametrize("who", ["owner", "manager", "marketing", "exec"])
    def test_not_for_everybody(self, cast: Cast, visit: For, a_group: Any, who: str) -> None:
        pk = a_group(KEY).pk
        client = visit(getattr(cast, who))
        for name in ("groups", "new_group"):
            assert client.get(reverse(f"notices:{name}")).status_code == 403
        for name in ("group", "remove_group"):
            assert client.get(reverse(f"notices:{name}", args=[pk])).status_code == 404
        assert client.post(reverse("notices:test_group", args=[pk])).status_code == 404


class TestDeliveries:
    def make(self, user: User, state: str) -> Delivery:
        problem = to_data(msg("The mail server did not answer in time."))
        return Delivery.objects.create(
            user=user, state=state, created_at=clock.now(), due_at=clock.now(), kinds=[PLAIN.key],
            problem=problem, tries=3,
        )  # fmt: skip

    def test_ones_own_and_for_operations_everybodys(self, cast: Cast, visit: For) -> None:
        self.make(cast.owner, DeliveryState.UNKNOWN)
        assert "Nothing was sent" in text(visit(cast.manager).get("/notices/deliveries/"))
        page = text(visit(cast.owner).get("/notices/deliveries/"))
        assert "unknown" in page
        assert "did not answer in time" in page
        assert "Owner" in text(visit(cast.ops).get("/notices/deliveries/?state=trouble"))
        assert "Nothing was sent" in text(visit(cast.ops).get("/notices/deliveries/?state=waiting"))

    def test_to_send_again(self, cast: Cast, visit: For) -> None:
        one = self.make(cast.owner, DeliveryState.GIVEN_UP)
        address = f"/notices/deliveries/{one.pk}/again/"
        assert visit(cast.manager).post(address).status_code == 404
        client = visit(cast.owner)
        assert client.post(address).status_code == 302
        assert Delivery.objects.get().state == DeliveryState.WAITING
        assert client.post(address).status_code == 409
