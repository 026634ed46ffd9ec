"""What people were told, what left the house for it, and what they wish."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Service(models.TextChoices):
    """Whose chat groups can be told."""

    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    LARK = "lark", _("Lark")
    WEBHOOK = "webhook", _("Other (JSON)")


class Endpoint(models.Model):
    """A chat group that is told about a team's notices. The address is a key: it is never shown again."""

    name = models.CharField(_("name"), max_length=80)
    team = models.ForeignKey("people.Team", models.PROTECT, null=True, blank=True, related_name="+")
    """Notices to people of this team and those below it; None: to anybody."""
    kinds = models.JSONField(default=list)
    service = models.CharField(max_length=10, choices=Service)
    address = models.TextField()
    secret = models.CharField(max_length=200, blank=True)
    """With which DingTalk wants its messages signed."""
    language = models.CharField(max_length=10)
    names_records = models.BooleanField(default=False)
    """Whether the group reads what a notice is about: whoever is in the chat may see less in here."""
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("unknown")
    GIVEN_UP = "given_up", _("given up")
    DROPPED = "dropped", _("not sent")


class Delivery(models.Model):
    """One e-mail to a person or one message to a group; also the log of it.

    Whoever moves ``waiting`` to ``sending`` sends it. A row that stays ``sending`` belonged to a worker that
    died: it may have gone out or not, so it becomes ``unknown``, is shown, and is not sent by itself again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=1)
    kinds = models.JSONField(default=list)
    problem = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(endpoint__isnull=True),
                name="delivery_to_a_person_or_a_group",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["waiting", "sending"]), name="delivery_open"
            ),
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.state}"


class Notice(models.Model):
    """Something that one person was told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=60)
    message = models.JSONField()
    subject = models.CharField(max_length=200, blank=True)
    """What it is about, in few words: the name of the record."""
    link = models.CharField(max_length=500, blank=True)
    """A path in here."""
    key = models.CharField(max_length=150, blank=True)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    shown = models.BooleanField(default=True)
    """False: only sent, the person does not want it in the list."""
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    """When it is due in an e-mail; None: in none."""
    mail = models.ForeignKey(Delivery, models.RESTRICT, null=True, related_name="notices", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], condition=~models.Q(key=""), name="notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(
                fields=["user"],
                condition=models.Q(read_at__isnull=True, shown=True),
                name="notice_unread",
            ),
            models.Index(
                fields=["mail_at", "user"],
                condition=models.Q(mail_at__isnull=False, mail__isnull=True),
                name="notice_to_mail",
            ),
            models.Index(fields=["mail"], condition=models.Q(mail__isnull=False), name="notice_mailed"),
            models.Index(fields=["created_at"], name="notice_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.user_id}"


class Post(models.Model):
    """Something that a chat group is told."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=60)
    message = models.JSONField()
    subject = models.CharField(max_length=200, blank=True)
    link = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=150, blank=True)
    names = models.JSONField(default=list)
    """Who was told it."""
    created_at = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, models.RESTRICT, null=True, related_name="posts")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "key"], condition=~models.Q(key=""), name="post_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint"], condition=models.Q(delivery__isnull=True), name="post_waiting"),
            models.Index(fields=["created_at"], name="post_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.endpoint_id}"


class Pace(models.TextChoices):
    HOURLY = "hourly", _("every hour")
    DAILY = "daily", _("once a day")


class Preference(models.Model):
    """What a person wishes, as far as it differs from what is usual."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    choices = models.JSONField(default=dict)
    """{kind: list of channels}"""
    pace = models.CharField(max_length=6, choices=Pace, default=Pace.DAILY)
    daily_at = models.TimeField(default=time(8, 30))
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    urgent_through = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.user_id)


class Circuit(models.Model):
    """A way out that does not work at present is left alone for a while."""

    key = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
