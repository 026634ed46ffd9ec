"""Companies and the people at them. Personal data lives here and nowhere else."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    name = models.CharField(_("customer"), max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True, db_index=True)
    """Normalised: full width folded, case folded, spaces and brackets removed. Exact match only."""
    company_key = models.CharField(max_length=60, blank=True, default="", db_default="")
    """The name without region and legal form, in simplified signs: what short and full names share."""
    sound_key = models.CharField(max_length=60, blank=True, default="", db_default="")
    """How the company key is read."""
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True, db_index=True)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", db_index=False
    )
    """Found to be the same as another. It has no leads, and no keys by which it could be found."""

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [
            # The operator class lets PostgreSQL find beginnings by these, whatever the collation.
            models.Index(fields=["company_key"], name="customer_company", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["sound_key"], name="customer_sound", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["merged_into"],
                name="customer_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or gettext("(no name)")


class Alias(models.Model):
    """Another name of a customer: a short form, a former name, the name of one merged into it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="aliases")
    name = models.CharField(_("other name"), max_length=200)
    name_key = models.CharField(max_length=200, db_index=True)
    company_key = models.CharField(max_length=60, blank=True)
    sound_key = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        indexes: ClassVar = [
            models.Index(fields=["company_key"], name="alias_company", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["sound_key"], name="alias_sound", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    class Role(models.TextChoices):
        """What somebody has to do with a purchase."""

        OWNER = "owner", _("owner of the business")
        TECHNICAL = "technical", _("technical")
        PURCHASING = "purchasing", _("purchasing")
        FINANCE = "finance", _("finance")
        USER = "user", _("user")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("contact"), max_length=120, blank=True)
    title = models.CharField(_("position"), max_length=120, blank=True)
    role = models.CharField(
        _("role in the purchase"), max_length=12, choices=Role, blank=True, default="", db_default=""
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, db_index=True)
    """E.164, for matching; empty when the number cannot be read."""
    phone_tail = models.GeneratedField(
        expression=Right("phone_key", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, db_index=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    """Not there any more: keeps the leads it has, and is offered for no other."""

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar = [models.Index(fields=["phone_tail"], name="contact_phone_tail")]

    def __str__(self) -> str:
        return self.name or gettext("(no name)")
