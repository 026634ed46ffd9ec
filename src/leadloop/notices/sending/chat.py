"""Messages to chat groups, by Apprise. Loaded in the worker only: it takes two seconds and 40 MB."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from leadloop.foundation.messages import msg
from leadloop.notices.addresses import Target, read_address
from leadloop.notices.kinds import kind_of
from leadloop.notices.models import Endpoint, Post, Service
from leadloop.notices.sending.outcome import Outcome
from leadloop.notices.wording import absolute, language_of, words_of

NAME = "leadloop"
"""Stands at the beginning of every message: robots that ask for a keyword are given this one."""
MOST_LINES = 20
# WeCom takes 2,048 bytes, the others more.
MOST_BYTES = 1_900
_lock = threading.Lock()


def send(endpoint: Endpoint, posts: Sequence[Post]) -> Outcome:
    """One message for everything that waits for the group."""
    from leadloop.notices.sending import guarded

    with language_of(endpoint.language):
        title, body = text_of(posts, with_records=endpoint.names_records)
    service = _service(read_address(endpoint.address), endpoint.secret)
    guarded.begin()
    accepted = bool(service.notify(body=body, title=title))
    found = guarded.last_outcome()
    if found is None:
        return Outcome(msg("The message could not be prepared."), final=True)
    if found.sent and not accepted:
        return Outcome(msg("The chat service did not take the message."), down=True)
    return found


def text_of(posts: Sequence[Post], *, with_records: bool) -> tuple[str, str]:
    """Title and lines in the present language, short enough for every service."""
    titles = list(dict.fromkeys(kind_of(post.kind).title.render(_) for post in posts))
    if len(titles) == 1 and len(posts) == 1:
        title = f"{NAME} · {titles[0]}"
    else:
        title = _("%(name)s · %(count)s notices") % {"name": NAME, "count": len(posts)}
    room = MOST_BYTES - len(title.encode()) - 60
    lines: list[str] = []
    for post in posts[:MOST_LINES]:
        line = _line(post, with_records=with_records)
        room -= len(line.encode()) + 1
        if room < 0 and lines:
            break
        lines.append(line if room >= 0 else line[:400])
    if len(lines) < len(posts):
        lines.append(_("… and %(count)s more") % {"count": len(posts) - len(lines)})
    return title, "\n".join(lines)


def _line(post: Post, *, with_records: bool) -> str:
    names = _names(post.names)
    parts = [f"{post.subject}: " if with_records and post.subject else "", words_of(post.message)]
    if names:
        parts.append(f" → {names}")
    if post.link:
        parts.append(f"\n{absolute(post.link)}")
    return "• " + "".join(parts)


def _names(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:3])
    return shown if len(found) <= 3 else f"{shown} +{len(found) - 3}"


def _service(target: Target, secret: str) -> Any:
    """From parts and not from an address: nobody can slip options such as ``verify=no`` into one."""
    plugins = _plugins()
    asset = plugins["asset"](app_id=NAME, app_desc=NAME, http_redirects=False)
    made = plugins[target.service]
    if target.service == Service.WECOM:
        return made(key=target.key, asset=asset)
    if target.service == Service.DINGTALK:
        return made(token=target.key, secret=secret or None, asset=asset)
    if target.service in {Service.FEISHU, Service.LARK}:
        return made(token=target.key, asset=asset)
    return made(
        host=target.host if ":" not in target.host else f"[{target.host}]",
        port=target.port,
        fullpath=target.path,
        params=dict(target.params or {}),
        secure=target.https,
        asset=asset,
    )


_loaded: dict[str, Any] = {}


def _plugins() -> dict[str, Any]:
    with _lock:
        if _loaded:
            return _loaded
        from apprise import AppriseAsset
        from apprise.plugins import custom_json, dingtalk, feishu, lark, wecombot

        from leadloop.notices.sending.guarded import Guarded

        # Both write addresses, which are keys, into the log.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        for module in (custom_json, dingtalk, feishu, lark, wecombot):
            module.requests = Guarded()
        _loaded.update(
            {
                "asset": AppriseAsset,
                Service.WECOM: wecombot.NotifyWeComBot,
                Service.DINGTALK: dingtalk.NotifyDingTalk,
                Service.FEISHU: feishu.NotifyFeishu,
                Service.LARK: lark.NotifyLark,
                Service.WEBHOOK: custom_json.NotifyJSON,
            }
        )
        return _loaded
