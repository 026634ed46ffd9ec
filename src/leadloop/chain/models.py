"""Who decides at a customer about one lead: people, what they want, who listens to whom."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.customers.models import Contact
from leadloop.leads.models import Lead


class Stance(models.IntegerChoices):
    """What somebody thinks of buying from us."""

    AGAINST = -2, _("against")
    DOUBTS = -1, _("has doubts")
    NEUTRAL = 0, _("neutral")
    FOR = 1, _("in favour")
    ADVOCATE = 2, _("speaks for us")


class Influence(models.IntegerChoices):
    LOW = 1, _("low")
    MIDDLE = 2, _("medium")
    HIGH = 3, _("high")


class Member(models.Model):
    """One person of a decision chain. Of a known contact only the contact holds name and position."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="chain")
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="chain_places", verbose_name=_("contact")
    )
    own_name = models.CharField(_("name"), max_length=120, blank=True)
    """Of somebody who is no contact yet."""
    own_title = models.CharField(_("position"), max_length=120, blank=True)
    role = models.SlugField(_("role"), max_length=30)
    """One of :func:`leadloop.chain.queries.roles`."""
    stance = models.SmallIntegerField(_("stance"), choices=Stance, null=True, blank=True)
    """None: nobody knows."""
    influence = models.PositiveSmallIntegerField(_("influence"), choices=Influence, default=Influence.MIDDLE)
    reports_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("reports to")
    )
    met_at = models.DateTimeField(_("met on"), null=True, blank=True)
    """As somebody noted it; follow-ups that name the contact count beside it."""
    note = models.TextField(_("note"), blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    """Where somebody put the person on the map; None: where the layout does."""
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    last_contact_at: datetime | None = None
    """Filled by :func:`leadloop.chain.queries.members`."""

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("person of the decision chain")
        verbose_name_plural = _("people of the decision chain")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "contact"],
                condition=models.Q(contact__isnull=False),
                name="contact_once_in_a_chain",
            ),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False) | ~models.Q(own_name=""),
                name="chain_member_is_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(reports_to=models.F("id")), name="nobody_reports_to_themselves"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.contact) if self.contact is not None else self.own_name

    @property
    def title(self) -> str:
        return self.contact.title if self.contact is not None else self.own_title

    @property
    def met(self) -> bool:
        return self.last_contact_at is not None
