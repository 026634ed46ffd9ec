"""Which addresses may be called from here: those that people paste, and those that names stand for.

A webhook is an address that somebody types and this server calls. Without a look at it, it would reach what
only this server reaches: the database beside it, the router, the cloud's own interface.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from django.conf import settings

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.notices.models import Service

PRIVATE = msg("The address leads into a private network. Such addresses are not called from here.")
UNKNOWN_HOST = msg("Nobody knows a server of this name.")
_UNREADABLE = msg("This is no web address. Copy it from the settings of the robot in the group.")
_NO_KEY = msg("The key at the end of the address is missing.")
_LONGEST = 2_000
_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")
# IPv4 addresses behind the well-known prefix of RFC 6052.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """``key`` for the services, the rest for any other webhook."""

    service: Service
    host: str
    key: str = ""
    https: bool = True
    port: int | None = None
    path: str = "/"
    params: Mapping[str, str] | None = None


def read_address(text: str) -> Target:
    """What somebody pasted.

    :raises DataError: with the field ``address``; never repeats the address, which is a key.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise _bad(_UNREADABLE) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"https", "http"} or not host or len(text) > _LONGEST or _odd(text.strip()):
        raise _bad(_UNREADABLE)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad(msg("An address with a user name or a “#” is not taken."))
    if host in _SERVICES:
        service, place = _SERVICES[host]
        return Target(service, host, key=_key_of(parts, place))
    if parts.scheme == "http" and not settings.ALLOW_PRIVATE_ADDRESSES:
        raise _bad(msg("The address must begin with https://."))
    return Target(
        Service.WEBHOOK,
        host,
        https=parts.scheme == "https",
        port=port,
        path=parts.path or "/",
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


_SERVICES = {
    "qyapi.weixin.qq.com": (Service.WECOM, "key"),
    "oapi.dingtalk.com": (Service.DINGTALK, "access_token"),
    "open.feishu.cn": (Service.FEISHU, ""),
    "open.larksuite.com": (Service.LARK, ""),
}
"""Host -> whose it is, and the parameter that holds the key; empty: the end of the path does."""


def _key_of(parts: SplitResult, place: str) -> str:
    key = parse_qs(parts.query).get(place, [""])[0] if place else parts.path.rstrip("/").rsplit("/", 1)[-1]
    if not _KEY.fullmatch(key) or (not place and "/hook/" not in parts.path):
        raise _bad(_NO_KEY)
    return key


def _odd(text: str) -> bool:
    return any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text)


def _bad(why: Message) -> DataError:
    return DataError(why, field="address")


def check_target(target: Target) -> None:
    """Refuse a webhook of one's own that is not on the open network. The services' hosts are known.

    :raises DataError: the name is unknown, or one of the addresses behind it is private.
    """
    if target.service == Service.WEBHOOK:
        try:
            found = resolve(target.host, target.port or (443 if target.https else 80))
        except OSError:
            raise _bad(UNKNOWN_HOST) from None
        if not all(may_call(address) for address, _port in found):
            raise _bad(PRIVATE)


def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses that a name stands for at this moment."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(place[0]), int(place[1])) for *_, place in rows))


def may_call(address: str) -> bool:
    """Whether this is an address of the open network, or private ones are allowed."""
    if settings.ALLOW_PRIVATE_ADDRESSES:
        return True
    return is_public(address)


def is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.teredo is not None or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def masked(target: Target) -> str:
    """Enough to tell two addresses apart, too little to use one."""
    secret = target.key or target.path
    end = secret[-4:] if len(secret) >= 16 else ""
    return f"{target.host} ••••{end}"
