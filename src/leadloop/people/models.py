"""Users, teams in a tree, and who belongs where in which role."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REP = "rep", _("Sales representative")
    MANAGER = "manager", _("Sales manager")
    MARKETING = "marketing", _("Marketing")
    OPS = "ops", _("Sales operations")
    EXEC = "exec", _("Executive")
    ADMIN = "admin", _("Administrator")


class Team(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person. People made by an import own leads and cannot sign in until they are invited."""

    display_name = models.CharField(_("name"), max_length=120)
    language = models.CharField(
        _("language"), max_length=10, blank=True, choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    theme = models.CharField(
        _("appearance"),
        max_length=5,
        default="auto",
        choices=[("auto", _("like the system")), ("light", _("light")), ("dark", _("dark"))],
    )

    class Meta:
        ordering: ClassVar = ["display_name", "id"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """A role of a person; for reps and managers in a team. Several together give the union."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "team"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(team__isnull=True),
                name="membership_once_without_team",
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=["rep", "manager"]) | models.Q(team__isnull=False),
                name="membership_rep_and_manager_have_a_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class ApiToken(models.Model):
    """A key with which a program acts as a person, with that person's rights and no more than its scopes.

    The key itself is shown once. It is 32 random bytes, so a plain hash is enough to keep it by.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    """The first signs of the key, by which a person tells one from another."""
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """One row, whose mark is another after every change of what processes keep in memory: :mod:`.kept`."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    mark = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.mark
