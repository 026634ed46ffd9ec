"""Reads about channels, campaigns and what they cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.period import Period
from leadloop.foundation.text import fold
from leadloop.leads.models import Channel
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.rules import Parents, PastedCost, overlapping, read_pasted, share

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Tree:
    """Every channel that was not merged into another, with those that were."""

    channels: Mapping[int, Channel]
    parents: Parents
    merged: Mapping[int, tuple[int, ...]]
    """Channel -> channels that were merged into it: their leads are its leads."""

    def children(self, parent: int | None) -> list[Channel]:
        """In the order of their names."""
        return [one for one in self.channels.values() if self.parents.get(one.pk) == parent]

    def path(self, channel: int) -> str:
        names: list[str] = []
        at: int | None = channel
        while at is not None and at in self.channels and self.channels[at].name not in names:
            names.append(self.channels[at].name)
            at = self.parents.get(at)
        return " / ".join(reversed(names))


@dataclass(frozen=True, slots=True)
class Spent:
    """Costs of a period in one currency, by what they belong to."""

    by_channel: Mapping[int | None, Decimal]
    """With the costs of its campaigns; None: campaigns without a channel."""
    by_campaign: Mapping[int, Decimal]
    currency: str
    others: tuple[str, ...]
    """Further currencies in which costs were entered: they are not added up."""


def tree() -> Tree:
    channels: dict[int, Channel] = {}
    merged: dict[int, list[int]] = defaultdict(list)
    for channel in Channel.objects.order_by("name"):
        if channel.merged_into_id is None:
            channels[channel.pk] = channel
        else:
            merged[channel.merged_into_id].append(channel.pk)
    parents = {pk: channel.parent_id for pk, channel in channels.items()}
    return Tree(channels, parents, {into: tuple(found) for into, found in merged.items()})


def channel(pk: int) -> Channel:
    found = Channel.objects.filter(pk=pk, merged_into=None).first()
    if found is None:
        raise NotFound(msg("There is no such channel."))
    return found


def campaign(pk: int) -> Campaign:
    found = Campaign.objects.select_related("channel").filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such campaign."))
    return found


def cost(pk: int) -> Cost:
    found = Cost.objects.select_related("channel", "campaign").filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such cost."))
    return found


def campaign_names() -> list[str]:
    """What forms propose for the campaign of a lead, the newest first."""
    return list(Campaign.objects.order_by("-start", "name").values_list("name", flat=True))


def costs(period: Period | None) -> QuerySet[Cost]:
    """Those of which a part falls into the period."""
    found = Cost.objects.select_related("channel", "campaign", "campaign__channel")
    return found if period is None else found.filter(start__lt=period.end, end__gt=period.start)


def spent(period: Period | None, currency: str = "") -> Spent:
    """Every cost by its days in the period; in the currency used most when none is asked for."""
    rows = list(costs(period))
    used = [code for code, _ in Counter(row.currency for row in rows).most_common()]
    currency = currency or (used[0] if used else CURRENCY)
    by_channel: dict[int | None, Decimal] = defaultdict(Decimal)
    by_campaign: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.currency != currency:
            continue
        part = share(row.amount, row.start, row.end, period)
        if row.campaign is not None:
            by_campaign[row.campaign.pk] += part
        by_channel[row.channel_id if row.campaign is None else row.campaign.channel_id] += part
    return Spent(by_channel, by_campaign, currency, tuple(code for code in used if code != currency))


@dataclass(frozen=True, slots=True)
class Recognised:
    """A pasted line, and what it means here."""

    line: PastedCost
    channel: Channel | None
    campaign: Campaign | None
    error: Message | None
    overlaps: bool
    """Other costs of the same target fall into these days: perhaps meant, perhaps twice the same."""
    replaces: Decimal | None
    """The amount that the same row had so far."""


_PREFIXES = {
    "channel:": Channel,
    "渠道:": Channel,
    "campaign:": Campaign,
    "活动:": Campaign,
}


def recognise(text: str, currency: str = CURRENCY) -> list[Recognised]:
    """The lines of a pasted table with the channels and campaigns that they name."""
    channels = {fold(one.name): one for one in Channel.objects.select_related("merged_into")}
    channels = {name: one.merged_into or one for name, one in channels.items()}
    campaigns = {fold(one.name): one for one in Campaign.objects.all()}
    present = list(Cost.objects.filter(currency=currency))
    lines = list(read_pasted(text))
    twice = Counter((fold(line.name), line.start, line.end, line.note) for line in lines)
    found = []
    for line in lines:
        one = _recognised(line, channels, campaigns, present)
        if one.error is None and twice[fold(line.name), line.start, line.end, line.note] > 1:
            one = Recognised(line, None, None, msg("The table has this line twice."), False, None)
        found.append(one)
    return found


def _recognised(
    line: PastedCost,
    channels: Mapping[str, Channel],
    campaigns: Mapping[str, Campaign],
    present: Sequence[Cost],
) -> Recognised:
    if line.error is not None or line.start is None or line.end is None:
        return Recognised(line, None, None, line.error, False, None)
    target = _target(line.name, channels, campaigns)
    if isinstance(target, Message):
        return Recognised(line, None, None, target, False, None)
    channel, campaign = (target, None) if isinstance(target, Channel) else (None, target)
    same = [one for one in present if _of(one) == (channel and channel.pk, campaign and campaign.pk)]
    note = " ".join(line.note.split())
    before = [one for one in same if (one.start, one.end, one.note) == (line.start, line.end, note)]
    rest = [(one.start, one.end) for one in same if one not in before]
    return Recognised(
        line,
        channel,
        campaign,
        None,
        overlaps=overlapping(line.start, line.end, rest),
        replaces=before[0].amount if before else None,
    )


def _of(cost: Cost) -> tuple[int | None, int | None]:
    return cost.channel_id, cost.campaign_id


def _target(
    name: str, channels: Mapping[str, Channel], campaigns: Mapping[str, Campaign]
) -> Channel | Campaign | Message:
    key = fold(name)
    for prefix, kind in _PREFIXES.items():
        if key.startswith(prefix):
            known: Mapping[str, Channel | Campaign] = channels if kind is Channel else campaigns
            rest = key.removeprefix(prefix).strip()
            return known.get(rest) or _unknown(name)
    if key in channels and key in campaigns:
        return msg(
            "“%(name)s” is a channel and a campaign. Write “channel: %(name)s” or “campaign: %(name)s”.",
            name=name,
        )
    return channels.get(key) or campaigns.get(key) or _unknown(name)


def _unknown(name: str) -> Message:
    return msg("There is neither a channel nor a campaign “%(name)s”.", name=name)


def used_by(channel_ids: Iterable[int]) -> QuerySet[Campaign]:
    return Campaign.objects.filter(Q(channel__in=list(channel_ids))).select_related("channel")
