"""Where leads come in: public forms and their inbox, where a lead came from, how often one may ask."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Channel, Lead
from leadloop.people.models import ApiToken


class PublicForm(models.Model):
    """A form on a website, as it is now. What somebody agreed to stands in :class:`ConsentText`."""

    key = models.CharField(max_length=32, unique=True)
    """Its address: chosen by chance, so that forms cannot be counted from outside."""
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("open"), default=True)
    title = models.CharField(_("headline"), max_length=200, blank=True)
    intro = models.TextField(_("text above the fields"), blank=True)
    button = models.CharField(_("button"), max_length=60, blank=True)
    fields = models.JSONField(default=list)
    """[{name, label, required}] in their order; names are those of ``rules.FIELDS``."""
    thanks = models.TextField(_("thanks"), blank=True)
    redirect = models.URLField(_("page to go to afterwards"), max_length=500, blank=True)
    origins = models.JSONField(default=list)
    """Websites that may send it, as ``https://host[:port]``."""
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    source_detail = models.CharField(_("source detail"), max_length=200, blank=True)
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    hourly = models.PositiveIntegerField(_("submissions an hour from one address"), default=20)
    """0: no limit."""
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-active", "name", "id"]
        verbose_name = _("form")
        verbose_name_plural = _("forms")

    def __str__(self) -> str:
        return self.name


class ConsentText(models.Model):
    """What a visitor agreed to, word by word. A changed text is a new version; none is ever changed."""

    form = models.ForeignKey(PublicForm, models.PROTECT, related_name="consents")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "version"], name="consent_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.version}"


class Submission(models.Model):
    """The inbox: what was accepted from a form is a row here before the visitor is answered."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("registered")
        DOUBLE = "double", _("sent twice")
        TRAP = "trap", _("by a robot")
        FAILED = "failed", _("not registered")

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(PublicForm, models.PROTECT, related_name="submissions", db_index=False)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    values = models.JSONField(default=dict)
    origin = models.JSONField(default=dict)
    """utm_* marks, page and referrer."""
    consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=32)
    """A keyed hash of the sender's network address: enough to tell senders apart."""
    fingerprint = models.CharField(max_length=64)
    """Of form and values: the same again within minutes was sent twice."""
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="submissions")
    problem = models.JSONField(null=True)
    """Why no lead could be made of it."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="submission_waiting"),
            models.Index(fields=["fingerprint", "received_at"], name="submission_fingerprint"),
            models.Index(fields=["form", "-id"], name="submission_by_form"),
        ]

    def __str__(self) -> str:
        return f"{self.form} #{self.pk}"


class Origin(models.Model):
    """Where a lead came from, as the door knew it."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="origin")
    form = models.ForeignKey(PublicForm, models.PROTECT, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+")
    utm_source = models.CharField(max_length=200, blank=True)
    utm_medium = models.CharField(max_length=200, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=1000, blank=True)
    referrer = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return str(self.lead)


class Consent(models.Model):
    """Somebody agreed to a text when the lead was captured."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["lead", "text"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.lead} · {self.text}"


class ShareRequest(models.Model):
    """Somebody met a record of a colleague while registering a lead, and asks to be let in."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SHARED = "shared", _("shared")
        DECLINED = "declined", _("declined")

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="share_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    message = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "asked_by"],
                condition=models.Q(state="open"),
                name="share_asked_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead"], condition=models.Q(state="open"), name="share_open"),
            models.Index(fields=["asked_by", "-asked_at"], name="share_by_asker"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} · {self.lead}"


class Quota(models.Model):
    """How much of an allowance is used up in one window of time."""

    key = models.CharField(max_length=80)
    window = models.BigIntegerField()
    """Start of the window in seconds since 1970."""
    used = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "window"], name="quota_once")]
        indexes: ClassVar = [models.Index(fields=["window"], name="quota_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
