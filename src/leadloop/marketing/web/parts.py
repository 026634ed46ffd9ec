"""What the pages of channels, campaigns and costs share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.foundation.period import Period
from leadloop.leads.models import Channel
from leadloop.marketing.models import Cost
from leadloop.marketing.queries import Tree
from leadloop.marketing.rules import share
from leadloop.marketing.web.pages import CostLine, Place

if TYPE_CHECKING:
    _ChannelField = forms.ModelChoiceField[Channel]
else:
    _ChannelField = forms.ModelChoiceField

ONE_DAY = timedelta(days=1)


class TreeChoice(_ChannelField):
    """Channels by their way through the tree: names repeat below different ones."""

    def __init__(self, tree: Tree, *, but: tuple[int, ...] = (), **kwargs: Any) -> None:
        fitting = [pk for pk, one in tree.channels.items() if one.retired_at is None and pk not in but]
        super().__init__(queryset=Channel.objects.filter(pk__in=fitting), **kwargs)
        self._tree = tree

    def label_from_instance(self, obj: Any) -> str:
        return self._tree.path(obj.pk)


def places(active: str) -> tuple[Place, ...]:
    return tuple(
        Place(title, reverse(f"marketing:{view}"), view == active)
        for view, title in (("channels", _("Channels")), ("campaigns", _("Campaigns")), ("costs", _("Costs")))
    )


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **kwargs)


def cost_lines(costs: Iterable[Cost], period: Period | None) -> Iterator[CostLine]:
    for one in costs:
        part = share(one.amount, one.start, one.end, period)
        yield CostLine(one, (one.end - ONE_DAY).isoformat(), part)
