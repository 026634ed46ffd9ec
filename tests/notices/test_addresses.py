"""Addresses that people type are looked at before this server calls them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW
from tests.notices.test_deliver import problem, told, work
from tests.notices.things import PLAIN, ChatServer, Watch

from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.notices import addresses
from leadloop.notices.addresses import is_public, masked, read_address
from leadloop.notices.models import Delivery, DeliveryState, Endpoint
from leadloop.notices.operations import GroupFacts, add_group, change_group

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1",
    "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::127.0.0.1", "not-an-address",
]  # fmt: skip


@pytest.mark.pure
@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.pure
@pytest.mark.parametrize("address", ["1.1.1.1", "119.147.15.1", "2400:3200::1", "64:ff9b::101:101"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.pure
@pytest.mark.parametrize(
    "bad",
    [
        "", "x", "ftp://example.com/", "https://", "https:///path", "https://a b.example/", "http://example.com/",
        "https://user:pass@example.com/hook", "https://example.com/#x", "https://example.com:99999/",
        "https://example.com\\@10.0.0.1/", "javascript:alert(1)", "https://exa\nmple.com/", "https://[::1/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "https://qyapi.weixin.qq.com/?key=a/b",
        "https://oapi.dingtalk.com/robot/send?access_token=", "https://open.feishu.cn/open-apis/",
        "https://example.com/" + "x" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_address(bad: str) -> None:
    with pytest.raises(DataError) as found:
        read_address(bad)
    assert found.value.field == "address"
    assert "example" not in str(found.value.message)


@pytest.mark.pure
def test_enough_is_shown_to_tell_two_apart_and_no_more() -> None:
    key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    target = read_address(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}")
    assert masked(target) == "qyapi.weixin.qq.com ••••5aaa"
    assert masked(read_address("https://open.feishu.cn/open-apis/bot/v2/hook/short")) == "open.feishu.cn ••••"


def names(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """A name server: each question gets the next answer, the last one for ever."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        if not address:
            raise socket.gaierror
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    return asked


def group(cast: Cast, address: str) -> Endpoint:
    facts = GroupFacts(name="群", team=None, kinds=[PLAIN.key], address=address)
    return add_group(facts=facts, actor=cast.ops, now=NOW)


@pytest.mark.django_db
class TestGuard:
    @pytest.mark.parametrize(
        "address", ["10.1.2.3", "127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"]
    )
    def test_a_name_that_stands_for_a_private_address_is_refused(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, address: str
    ) -> None:
        names(monkeypatch, address)
        with pytest.raises(DataError, match="private network"):
            group(cast, "https://hooks.example.com/x")

    @pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "localhost", "0"])
    def test_other_ways_to_write_this_machine(self, cast: Cast, host: str) -> None:
        with pytest.raises(DataError):
            group(cast, f"https://{host}/x")
        assert Endpoint.objects.count() == 0

    def test_a_name_that_nobody_knows(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        names(monkeypatch, "")
        with pytest.raises(DataError, match="Nobody knows"):
            group(cast, "https://hooks.example.com/x")

    def test_a_name_that_changes_its_address_after_it_was_checked(
        self, cast: Cast, chat: ChatServer, watch: Watch, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address that is looked at is the one that is called: nobody asks for the name in between."""
        settings.ALLOW_PRIVATE_ADDRESSES = False
        asked = names(monkeypatch, "1.1.1.1", "127.0.0.1")
        group(cast, f"https://hooks.example.com:{chat.port}/x")
        told(cast.owner, PLAIN.key)
        assert work(watch) == {"given_up": 1}
        one = Delivery.objects.get(endpoint__isnull=False)
        assert one.state == DeliveryState.GIVEN_UP
        assert "private network" in problem(one)
        assert chat.calls == []
        assert len(asked) == 2

    def test_the_environments_proxy_is_not_asked(
        self, cast: Cast, chat: ChatServer, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy would look the name up itself."""
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        group(cast, chat.address)
        told(cast.owner, PLAIN.key)
        assert work(watch) == {"sent": 1}

    def test_private_ones_where_the_installation_allows_them(self, cast: Cast, chat: ChatServer) -> None:
        assert group(cast, chat.address).service == "webhook"

    def test_only_those_who_set_up_the_installation(self, cast: Cast) -> None:
        facts = GroupFacts(name="群", team=None, kinds=[PLAIN.key], address="https://open.feishu.cn/x/hook/a")
        for user in (cast.owner, cast.manager, cast.marketing, cast.exec):
            with pytest.raises(NotAllowed):
                add_group(facts=facts, actor=user, now=NOW)
        add_group(facts=facts, actor=cast.admin, now=NOW)

    def test_an_empty_address_keeps_the_old_one(self, cast: Cast, a_group: Callable[..., Endpoint]) -> None:
        address = "https://oapi.dingtalk.com/robot/send?access_token=abc"
        made = a_group(address, secret="SECabc")
        facts = GroupFacts(name="新名", team=cast.north, kinds=[PLAIN.key], language="en")
        change_group(endpoint=made, facts=facts, actor=cast.ops, now=NOW)
        kept = Endpoint.objects.get()
        assert (kept.name, kept.address, kept.secret) == ("新名", address, "SECabc")
        facts = GroupFacts(
            "新名", None, [PLAIN.key], address="https://open.feishu.cn/open-apis/bot/v2/hook/z"
        )
        change_group(endpoint=made, facts=facts, actor=cast.ops, now=NOW)
        kept = Endpoint.objects.get()
        assert (kept.service, kept.secret) == ("feishu", "")
