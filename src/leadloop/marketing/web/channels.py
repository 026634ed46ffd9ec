"""The tree of channels with its figures, and what is done to a channel."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.numbers import grouped
from leadloop.foundation.spreadsheet import Cell, Sheet, csv_chunks, write_xlsx
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads.models import Channel
from leadloop.marketing import figures, operations, queries
from leadloop.marketing.figures import Row
from leadloop.marketing.permissions import may_manage
from leadloop.marketing.queries import Tree
from leadloop.marketing.rules import subtree
from leadloop.marketing.web import asked as asking
from leadloop.marketing.web.asked import Asked
from leadloop.marketing.web.pages import ChannelPage, ChannelsPage, without_total
from leadloop.marketing.web.parts import TreeChoice, cost_lines, places
from leadloop.people.permissions import may

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ChannelForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(self, *args: Any, tree: Tree, but: tuple[int, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = TreeChoice(
            tree, but=but, label=_("Part of"), required=False, empty_label=_("nothing: at the top")
        )


class MergeForm(forms.Form):
    def __init__(self, *args: Any, tree: Tree, but: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"] = TreeChoice(
            tree, but=but, label=_("Merge into"), empty_label=_("Choose a channel")
        )


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    asked = asking.read(request)
    tree = queries.tree()
    rows = figures.of_channels(asked.snapshot, asked.scope, tree, asked.spent)
    page = ChannelsPage(
        places=places("channels"),
        bar=asking.bar(asked),
        rows=without_total(rows),
        total=rows[-1],
        any_channel=bool(tree.channels),
        may_manage=may_manage(asked.user),
        may_export=may(asked.user, "export"),
    )
    return show(request, "marketing/channels.html", page)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    asked = asking.read(request)
    channel = queries.channel(pk)
    tree = queries.tree()
    below = subtree(tree.parents, pk)
    rows = figures.of_channels(asked.snapshot, asked.scope, tree, asked.spent)
    head, parts = _part_of(rows, pk)
    campaigns = list(queries.used_by(below))
    known = figures.of_campaigns(asked.snapshot, asked.scope, campaigns, asked.spent)
    page = ChannelPage(
        places=places("channels"),
        bar=asking.bar(asked),
        channel=channel,
        path=tree.path(channel.parent_id) if channel.parent_id else "",
        head=head,
        rows=parts,
        campaigns=tuple(row for row in known if row.kind == "campaign"),
        costs=_costs(asked, below, {one.pk for one in campaigns}),
        may_manage=may_manage(asked.user),
        share=head.counts.leads / rows[-1].counts.leads if rows[-1].counts.leads else None,
    )
    return show(request, "marketing/channel.html", page)


@login_required
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    asked = asking.read(request)
    if not may(asked.user, "export"):
        raise NotAllowed(msg("Your role does not include exports."))
    if kind not in {"csv", "xlsx"}:
        raise NotFound(msg("Lists are exported as csv or xlsx."))
    tree = queries.tree()
    rows = figures.of_channels(asked.snapshot, asked.scope, tree, asked.spent)
    headers = _headers(asked)
    cells = _cells(rows, tree, asked)
    name = f"channels-{asked.scope.period or 'all'}"
    if kind == "csv":
        answer = StreamingHttpResponse(csv_chunks(headers, cells), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
    file = io.BytesIO()
    write_xlsx(file, [Sheet(_("Channels"), headers, cells, widths=(36, *[12] * len(headers)))])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _headers(asked: Asked) -> list[str]:
    counts = [_("Channel"), _("Leads"), "A", "B", "C", _("Without grade"), _("Won")]
    if asked.spent is None:
        return counts
    money = (_("Cost"), _("Cost per lead"), _("Cost per A or B lead"), _("Cost per deal"))
    return counts + [f"{title} ({asked.spent.currency})" for title in money]


def _cells(rows: list[Row], tree: Tree, asked: Asked) -> Iterator[list[Cell]]:
    for row in rows:
        one = row.counts
        found: list[Cell] = [title_of(row, tree), one.leads, one.a, one.b, one.c, one.ungraded, one.deals]
        if asked.spent is not None:
            found += [row.cost, row.cost_per_lead, row.cost_per_good, row.cost_per_deal]
        yield found


def title_of(row: Row, tree: Tree) -> str:
    if row.kind == "total":
        return _("All channels")
    if row.kind == "none":
        return _("Without a channel")
    path = tree.path(row.id)
    return _("%(channel)s (directly)") % {"channel": path} if row.kind == "own" else path


@login_required
def new(request: HttpRequest) -> HttpResponse:
    user = asking.manager(request)
    given = request.GET.get("parent", "")
    initial = {"parent": given} if given.isascii() and given.isdigit() else {}
    form = ChannelForm(sent(request), tree=queries.tree(), initial=initial)
    back = reverse("marketing:channels")
    if request.method == "POST" and form.is_valid():
        try:
            operations.create_channel(actor=user, now=now(), **form.cleaned_data)
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    return show_form(request, FormPage(title=_("New channel"), form=form, submit=_("Create"), back=back))


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    channel = queries.channel(pk)
    tree = queries.tree()
    below = subtree(tree.parents, pk)
    initial = {"name": channel.name, "parent": channel.parent_id}
    form = ChannelForm(sent(request), tree=tree, but=below, initial=initial)
    back = reverse("marketing:channel", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_channel(channel=channel, actor=user, now=now(), **form.cleaned_data)
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    return show_form(request, FormPage(title=channel.name, form=form, submit=_("Save"), back=back))


@login_required
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    channel = queries.channel(pk)
    form = MergeForm(sent(request), tree=queries.tree(), but=(pk,))
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            left = operations.merge_channels(channel=channel, into=into, actor=user, now=now())
        except LeadloopError as error:
            blame(form, error)
        else:
            _tell_merged(request, channel, into, left)
            return leave(request, reverse("marketing:channel", args=[into.pk]))
    count = channel.leads.count()
    text = ngettext(
        "%(count)s lead, and the parts, campaigns and costs of this channel go to the other. "
        "Each lead keeps in its history that the channel changed. This cannot be undone.",
        "%(count)s leads, and the parts, campaigns and costs of this channel go to the other. "
        "Each lead keeps in its history that the channel changed. This cannot be undone.",
        count,
    ) % {"count": grouped(count)}
    page = FormPage(
        title=_("Merge %(channel)s") % {"channel": channel.name},
        form=form,
        submit=_("Merge"),
        back=reverse("marketing:channel", args=[pk]),
        text=text,
        danger=True,
    )
    return show_form(request, page)


def _tell_merged(request: HttpRequest, channel: Channel, into: Channel, left: int) -> None:
    names = {"channel": channel.name, "into": into.name, "count": grouped(left)}
    messages.success(request, _("%(channel)s is now %(into)s.") % names)
    if left:
        text = _("%(count)s more leads follow within minutes; the figures count them already.")
        messages.info(request, text % names)


@login_required
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    text = _("Forms and filters no longer offer it. Its leads and figures stay; it can be put back into use.")
    return _confirmed(request, pk, operations.retire_channel, _("Retire"), text)


@login_required
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    text = _("Forms offer it again.")
    return _confirmed(request, pk, operations.restore_channel, _("Use again"), text)


def _confirmed(request: HttpRequest, pk: int, act: Any, words: str, text: str) -> HttpResponse:
    user = asking.manager(request)
    channel = queries.channel(pk)
    back = reverse("marketing:channel", args=[pk])
    form = forms.Form(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            act(channel=channel, actor=user, now=now())
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    page = FormPage(title=f"{words} · {channel.name}", form=form, submit=words, back=back, text=text)
    return show_form(request, page)


def _part_of(rows: list[Row], pk: int) -> tuple[Row, tuple[Row, ...]]:
    """The row of a channel and those below it, from the whole tree."""
    at = next(i for i, row in enumerate(rows) if row.id == pk and row.kind == "channel")
    depth = rows[at].depth
    end = next(i for i in range(at + 1, len(rows)) if rows[i].depth <= depth)
    return rows[at], tuple(replace(row, depth=row.depth - depth - 1) for row in rows[at + 1 : end])


def _costs(asked: Asked, channels: tuple[int, ...], campaigns: set[int]) -> Any:
    if asked.spent is None:
        return ()
    rows = [
        one
        for one in queries.costs(asked.scope.period)
        if one.channel_id in channels or one.campaign_id in campaigns
    ]
    return tuple(cost_lines(rows, asked.scope.period))
