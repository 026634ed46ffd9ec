"""E-mails about notices, by the SMTP server of the environment."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leadloop.foundation.messages import msg
from leadloop.notices.kinds import kind_of
from leadloop.notices.models import Delivery, Notice
from leadloop.notices.sending.outcome import SENT, Outcome
from leadloop.notices.wording import absolute, language_of, one_line, words_of
from leadloop.people.models import User

MOST_LINES = 50
_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Line:
    subject: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    lines: tuple[Line, ...]


def configured() -> bool:
    """Whether the installation has a mail server."""
    return bool(settings.EMAIL_HOST)


def send(delivery: Delivery, user: User, notices: Sequence[Notice]) -> Outcome:
    """One e-mail with these notices, in the receiver's language."""
    with language_of(user.language):
        message = written(delivery, user, notices, get_connection())
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        return _failure(error)
    return SENT


def written(
    delivery: Delivery, user: User, notices: Sequence[Notice], connection: BaseEmailBackend
) -> EmailMultiAlternatives:
    parts = tuple(_parts(notices[:MOST_LINES]))
    context = {
        "language": get_language(),
        "parts": parts,
        "more": max(len(notices) - MOST_LINES, 0),
        "name": str(user),
        "linked": bool(settings.ADDRESS),
        "all": absolute(reverse("notices:list")),
        "settings": absolute(reverse("notices:settings")),
    }
    message = EmailMultiAlternatives(
        subject=subject_of(notices),
        body=render_to_string("notices/document/mail.txt", context),
        to=[user.email],
        connection=connection,
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("notices/document/mail.html", context), "text/html")
    return message


def subject_of(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        only = notices[0]
        title = kind_of(only.kind).title.render(_)
        return one_line(f"{only.subject} · {title}" if only.subject else title)[:_LONGEST_SUBJECT]
    count = len(notices)
    return ngettext("%(count)s notice", "%(count)s notices", count) % {"count": count}


def message_id(delivery: Delivery) -> str:
    """The same at every attempt, so that a mail server can tell that it has the mail already."""
    host = urlsplit(settings.ADDRESS).hostname or "leadloop.invalid"
    return f"<notices-{delivery.pk}-{int(delivery.created_at.timestamp())}@{host}>"


def _parts(notices: Sequence[Notice]) -> Iterator[Part]:
    """Those of a kind together, the kind whose notice is the oldest first."""
    order = list(dict.fromkeys(notice.kind for notice in notices))
    for kind, rows in groupby(sorted(notices, key=lambda one: order.index(one.kind)), lambda one: one.kind):
        yield Part(kind_of(kind).title.render(_), tuple(_line(notice) for notice in rows))


def _line(notice: Notice) -> Line:
    # By way of the list, which so knows that it was read.
    way = reverse("notices:open", args=[notice.pk]) if notice.link else ""
    return Line(notice.subject, words_of(notice.message), absolute(way))


def _failure(error: Exception) -> Outcome:
    """In words of our own: what servers write may hold addresses and names."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Outcome(msg("The mail server refuses our user name or password."), down=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return _refused(max(codes, default=0))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code)
    if isinstance(error, TimeoutError):
        return Outcome(msg("The mail server did not answer in time."), down=True)
    return Outcome(msg("There is no connection to the mail server."), down=True)


def _refused(code: int) -> Outcome:
    """Codes from 500 on are for good, as RFC 5321 has it."""
    return Outcome(
        msg("The mail server refuses the message with code %(code)s.", code=code), final=500 <= code < 600
    )
