"""A lead: one expression of interest, from capture to won or lost."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.customers.models import Contact, Customer
from leadloop.people.models import Team
from leadloop.process.models import LossReason, Process, Stage, Version

REGISTER_WITHIN = timedelta(hours=24)


class State(models.TextChoices):
    """Where a lead is in its life. The first three count; the others are counted nowhere."""

    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    INVALID = "invalid", _("invalid")
    MERGED = "merged", _("merged")
    WITHDRAWN = "withdrawn", _("withdrawn")


COUNTED = (State.OPEN, State.WON, State.LOST)
"""Every figure and every list without a filter on the outcome is made of these."""

SHOWN = (*COUNTED, State.INVALID)
"""What has a page. A merged lead lives on in its survivor; a withdrawn one does not exist."""


class Validity(models.TextChoices):
    VALID = "valid", _("valid")
    UNCLEAR = "unclear", _("unclear")


class ChannelQuerySet(models.QuerySet["Channel"]):
    def offered(self) -> ChannelQuerySet:
        """What may be chosen for a lead."""
        return self.filter(retired_at=None)


class Channel(models.Model):
    name = models.CharField(_("channel"), max_length=120, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    retired_at = models.DateTimeField(null=True, blank=True)
    """Offered nowhere any more; leads that came through it keep it."""
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    """Kept so that its name in files and its number in the journal still mean something."""

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(_("tag"), max_length=60, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class LeadQuerySet(models.QuerySet["Lead"]):
    def counted(self) -> LeadQuerySet:
        return self.filter(state__in=COUNTED)

    def shown(self) -> LeadQuerySet:
        return self.filter(state__in=SHOWN)

    def open(self) -> LeadQuerySet:
        return self.filter(state=State.OPEN)

    def in_pool(self) -> LeadQuerySet:
        return self.open().filter(owner=None)


class Lead(models.Model):
    id = models.BigAutoField(primary_key=True)
    number = models.CharField(_("lead number"), max_length=64, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="leads", verbose_name=_("customer"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("contact")
    )
    channel = models.ForeignKey(
        Channel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("channel"),
        db_index=False,
    )
    source_detail = models.CharField(_("source detail"), max_length=200, blank=True)
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    size = models.CharField(_("company size"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    first_need = models.TextField(_("first need"), blank=True)
    grade = models.CharField(_("grade"), max_length=1, blank=True)
    validity = models.CharField(_("validity"), max_length=8, choices=Validity, default=Validity.VALID)
    captured_at = models.DateTimeField(_("captured at"))
    registered_at = models.DateTimeField(_("registered at"))
    process = models.ForeignKey(
        Process, models.PROTECT, related_name="+", verbose_name=_("process"), db_index=False
    )
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False)
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="leads", verbose_name=_("stage"), db_index=False
    )
    stage_since = models.DateTimeField(_("in this stage since"))
    state = models.CharField(_("outcome"), max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("owner"),
        db_index=False,
    )
    """Nobody: the lead waits in the pool."""
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("team"),
        db_index=False,
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True)
    """When sales got it (first assignment): the handoff."""
    expected_amount = models.DecimalField(
        _("expected amount"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    loss_reason = models.ForeignKey(
        LossReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("loss reason"),
        db_index=False,
    )
    second_loss_reason = models.ForeignKey(
        LossReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second loss reason"),
        db_index=False,
    )
    competitor = models.CharField(_("competitor"), max_length=120, blank=True)
    close_note = models.TextField(_("note"), blank=True)
    first_followed_up_at = models.DateTimeField(null=True, blank=True)
    last_followed_up_at = models.DateTimeField(_("last follow-up"), null=True, blank=True)
    follow_up_count = models.PositiveIntegerField(_("follow-ups"), default=0)
    tags = models.ManyToManyField(Tag, blank=True, related_name="leads", verbose_name=_("tags"))
    import_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    changed_at = models.DateTimeField()
    """Grows with every operation: the version that a compare-and-swap looks at."""

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes: ClassVar = [
            # With what lists are filtered by: a walk from the newest on reads this alone until a lead fits.
            models.Index(
                fields=[
                    "-captured_at",
                    "-id",
                    "state",
                    "grade",
                    "channel",
                    "stage",
                    "owner",
                    "team",
                    "customer",
                    "industry",
                    "size",
                    "region",
                ],
                name="lead_newest_filtered",
            ),
            # Whether somebody owns a lead of a customer is asked for each lead that such a walk goes past.
            models.Index(fields=["customer", "owner", "state"], name="lead_by_customer"),
            models.Index(fields=["owner", "-captured_at", "-id"], name="lead_by_owner"),
            models.Index(fields=["team", "-captured_at", "-id"], name="lead_by_team"),
            models.Index(fields=["stage", "state"], name="lead_by_stage"),
            # How many open leads of each grade everybody has: asked whenever a lead is given to somebody.
            # Of open leads only: lists would be sorted after it, who ask for a state and an owner, too.
            # And Today: what somebody has open, how long it stands there and what it may be worth.
            models.Index(
                fields=[
                    "owner",
                    "grade",
                    "state",
                    "stage",
                    "stage_since",
                    "team",
                    "currency",
                    "expected_amount",
                    "first_followed_up_at",
                ],
                condition=models.Q(state="open"),
                name="lead_load",
            ),
            # The board: its cards in their order, its sums and what it is filtered by.
            models.Index(
                fields=[
                    "stage",
                    "grade",
                    "stage_since",
                    "id",
                    "owner",
                    "team",
                    "customer",
                    "channel",
                    "currency",
                    "expected_amount",
                    "first_followed_up_at",
                    "industry",
                    "region",
                    "state",
                ],
                condition=models.Q(state="open"),
                name="lead_open",
            ),
            # What was won and lost lately, and how much it was worth.
            models.Index(
                fields=[
                    "-closed_at",
                    "-id",
                    "state",
                    "stage",
                    "owner",
                    "team",
                    "customer",
                    "currency",
                    "amount",
                ],
                condition=models.Q(closed_at__isnull=False),
                name="lead_closed",
            ),
            models.Index(
                fields=["assigned_at", "id", "owner", "team"],
                condition=models.Q(
                    state="open", first_followed_up_at__isnull=True, assigned_at__isnull=False
                ),
                name="lead_untouched",
            ),
            models.Index(
                fields=["-expected_amount", "-id"],
                condition=models.Q(expected_amount__isnull=False),
                name="lead_by_expected",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="lost")
                | models.Q(loss_reason__isnull=False, closed_at__isnull=False),
                name="lost_has_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="won") | models.Q(amount__isnull=False, closed_at__isnull=False),
                name="won_has_amount_and_date",
            ),
            models.CheckConstraint(condition=models.Q(grade__in=["", "A", "B", "C"]), name="grade_a_b_c"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def in_pool(self) -> bool:
        return self.owner_id is None


class Remark(models.Model):
    """What a person wrote about an event. Beside the journal, not in it: words may name people, and
    whoever is named can be erased while the event still counts."""

    event_id = models.BigIntegerField(unique=True)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="remarks")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class NumberSeries(models.Model):
    """The last number given out for a prefix such as ``LX2026``."""

    prefix = models.CharField(max_length=16, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:06d}"


class Sharing(models.TextChoices):
    PRIVATE = "private", _("only me")
    TEAM = "team", _("my team")
    EVERYBODY = "everybody", _("everybody")


class SavedView(models.Model):
    """A question to the lead list under a name: filters, columns and order. Never rights: whoever opens it
    sees with their own eyes."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lead_views")
    name = models.CharField(_("name"), max_length=60)
    sharing = models.CharField(_("visible to"), max_length=9, choices=Sharing, default=Sharing.PRIVATE)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    """Who may open it beside its owner, when it is shared with a team: the team and those below it."""
    address = models.TextField()
    """The list's address after the question mark, as the list writes it."""
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_view_of_a_name"),
            models.CheckConstraint(
                condition=~models.Q(sharing="team") | models.Q(team__isnull=False), name="shared_with_a_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """With which view the list opens for somebody; the view may be another person's."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="default_lead_view")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.view)


class BulkKind(models.TextChoices):
    ASSIGN = "assign", _("Assign")
    GRADE = "grade", _("Grade")
    STAGE = "stage", _("Move to a stage")
    TAG = "tag", _("Add tags")
    UNTAG = "untag", _("Remove tags")
    INVALIDATE = "invalidate", _("Mark invalid")


class BulkStatus(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


class BulkAction(models.Model):
    """One thing done with many leads. Its items are the queue: a killed worker loses nothing."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_actions")
    kind = models.CharField(max_length=10, choices=BulkKind)
    params = models.JSONField(default=dict)
    """assign: owner; grade: grade; stage: stage (key), reason; tag, untag: tags; invalidate: reason, note."""
    status = models.CharField(max_length=7, choices=BulkStatus, default=BulkStatus.RUNNING)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    """Somebody is at it; afterwards anybody may go on with what is left."""

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["status"], name="bulk_action_status")]

    def __str__(self) -> str:
        return f"{self.kind} × {self.total}"


class ItemOutcome(models.TextChoices):
    WAITING = "waiting", _("not done yet")
    DONE = "done", _("done")
    SAME = "same", _("was so already")
    REFUSED = "refused", _("refused")
    RESTORED = "restored", _("as before")
    KEPT = "kept", _("left as it is")


class BulkItem(models.Model):
    """One lead of a bulk action: what was before, and what came of it."""

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_index=False)
    outcome = models.CharField(max_length=8, choices=ItemOutcome, default=ItemOutcome.WAITING)
    before = models.JSONField(default=dict)
    left_at = models.DateTimeField(null=True)
    """``changed_at`` of the lead when the action had left it: as long as it is that, nobody touched it."""
    message = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "lead"], name="a_lead_once_an_action")
        ]
        indexes: ClassVar = [models.Index(fields=["action", "outcome"], name="bulk_item_queue")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.outcome}"
