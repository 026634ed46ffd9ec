"""What grades rest on (qualification), what came of it (grading), and what people said about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Lead, Tag
from leadloop.process.models import Process, Version

GRADES = (("A", "A"), ("B", "B"), ("C", "C"))


class Qualification(models.Model):
    """What a salesperson found out about one lead. An empty value is "not asked yet", never "no"."""

    class Budget(models.TextChoices):
        NAMED = "named", _("named")
        PLANNED = "planned", _("planned, not named")
        NONE = "none", _("no budget")

    class Need(models.TextChoices):
        MATCHES = "matches", _("matches")
        PARTLY = "partly", _("partly")
        NO = "no", _("does not match")

    class Authority(models.TextChoices):
        DECIDES = "decides", _("decides")
        HAS_SAY = "has_say", _("has a say")
        NONE = "none", _("no authority")

    class ContactRole(models.TextChoices):
        OWNER = "owner", _("owner")
        TECHNICAL = "technical", _("technical")
        PURCHASING = "purchasing", _("purchasing")
        USER = "user", _("user")

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="qualification")
    budget = models.CharField(_("budget"), max_length=8, choices=Budget, blank=True)
    budget_low = models.DecimalField(_("budget from"), max_digits=16, decimal_places=2, null=True, blank=True)
    budget_high = models.DecimalField(_("budget to"), max_digits=16, decimal_places=2, null=True, blank=True)
    need = models.CharField(_("need"), max_length=8, choices=Need, blank=True)
    authority = models.CharField(_("authority"), max_length=8, choices=Authority, blank=True)
    contact_role = models.CharField(_("role of the contact"), max_length=12, choices=ContactRole, blank=True)
    purchase_by = models.DateField(_("purchase by"), null=True, blank=True)
    """The last day of what the customer said. A date, so that the answer ages by itself."""
    not_now = models.BooleanField(_("not now"), default=False)
    intent = models.PositiveSmallIntegerField(_("intent"), null=True, blank=True)
    only_asking = models.BooleanField(_("only asking"), null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(intent=None) | models.Q(intent__gte=1, intent__lte=5), name="intent_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{_('qualification')} {self.lead_id}"


class Temperature(models.TextChoices):
    HOT = "hot", _("hot")
    WARM = "warm", _("warm")
    COLD = "cold", _("cold")


class Source(models.TextChoices):
    """Whose grade holds. A person's wins over the rules', a manager's over everybody's."""

    RULE = "rule", _("rule")
    FILE = "file", _("from the file")
    REP = "rep", _("salesperson")
    MANAGER = "manager", _("manager")


class Grading(models.Model):
    """How one lead stands with the rules, and with the people who judged it.

    The grade that holds is the lead's own (``lead.grade``); ``held_by`` says whose it is.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="grading")
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("version")
    )
    """Under which rules the verdict arose."""
    rule_grade = models.CharField(max_length=1, blank=True)
    rule = models.PositiveSmallIntegerField(null=True)
    """Number of the rule, from 1; none when no rule applied."""
    reason = models.JSONField(default=dict)
    """The verdict in words, as message data."""
    reason_key = models.CharField(max_length=16, blank=True)
    """The same reason has the same key: what a nightly run compares instead of reading words."""
    graded_at = models.DateTimeField()
    """When the verdict came to be as it is."""
    bant = models.PositiveSmallIntegerField(default=0)
    temperature = models.CharField(_("temperature"), max_length=4, choices=Temperature, blank=True)
    points = models.PositiveSmallIntegerField(_("score"), null=True)
    held_by = models.CharField(max_length=8, choices=Source, default=Source.RULE)
    facts_under = models.JSONField(null=True)
    """The facts when a person gave the grade; it holds until one of them changes."""
    rep_grade = models.CharField(max_length=1, blank=True)
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    rep_at = models.DateTimeField(null=True)
    manager_grade = models.CharField(max_length=1, blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    manager_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("grading")
        verbose_name_plural = _("gradings")

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.rule_grade or '–'}"


class Judgement(models.Model):
    """A grade that a person gave or accepted, beside what the rules said then. Never changed."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="judgements")
    role = models.CharField(max_length=8, choices=Source)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    before = models.CharField(max_length=1, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    rule_grade = models.CharField(max_length=1, blank=True)
    accepted = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    """Free words of the person; not in the journal."""
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.before or '–'} > {self.grade or '–'}"


class RuleTag(models.Model):
    """A tag that a rule put on a lead and takes away again. A tag put by hand has no such row."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="rule_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")
    rule = models.PositiveSmallIntegerField()
    remind = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["lead", "tag"], name="rule_tag_once")]
        indexes: ClassVar = [
            models.Index(fields=["-since"], condition=models.Q(remind=True), name="rule_tag_reminder")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.tag_id}"


class Run(models.Model):
    """Grading all open leads of a process anew: because its rules changed, or because a day has passed.

    The row is the queue: whoever finds one unfinished goes on behind ``after``.
    """

    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    day = models.DateField(null=True)
    """The night's run of that day; none for the run after new rules."""
    after = models.BigIntegerField(default=0)
    """Leads up to this id are done."""
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    """Somebody is at it, and says so with every chunk."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["process", "day"], condition=models.Q(day__isnull=False), name="one_run_a_night"
            ),
            models.UniqueConstraint(
                fields=["process", "version"], condition=models.Q(day=None), name="one_run_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process_id}: {self.done}"
