"""What can be set up, and by whom: the page behind “Settings”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from leadloop.people.permissions import may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Setting:
    title: StrOrPromise
    what: StrOrPromise
    icon: str
    view: str
    action: str


@dataclass(frozen=True, slots=True)
class Shown:
    title: str
    what: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    settings: tuple[Shown, ...]


GROUPS: tuple[tuple[StrOrPromise, tuple[Setting, ...]], ...] = (
    (
        _("How leads come in"),
        (
            Setting(
                _("Import"),
                _("Leads from a file, with a preview and undo."),
                "file-import",
                "imports:new",
                "import",
            ),
            Setting(
                _("Forms"),
                _("Forms for your website, with consent and limits."),
                "clipboard-list",
                "capture:forms",
                "forms",
            ),
            Setting(
                _("Channels and campaigns"),
                _("Where leads come from and what that costs."),
                "share",
                "marketing:channels",
                "analysis",
            ),
            Setting(
                _("Access for programs"),
                _("Tokens for the API, with an end date and rights."),
                "lock",
                "people:tokens",
                "settings",
            ),
        ),
    ),
    (
        _("How leads are worked"),
        (
            Setting(
                _("Grading"),
                _("Which facts make an A, B or C, tried out before they hold."),
                "award",
                "grading:rules",
                "manage_process",
            ),
            Setting(
                _("Assignment"),
                _("Who gets a new lead, and the limits for each person."),
                "route",
                "assignment:rules",
                "assign",
            ),
            Setting(
                _("Grades to review"),
                _("What the rules and the salespeople say, and where they disagree."),
                "circle-check",
                "grading:review",
                "assign",
            ),
            Setting(
                _("Need discovery"),
                _("Which parts of SPIN make a need completely discovered, and the share to aim at."),
                "zoom-question",
                "discovery:policy",
                "manage_process",
            ),
            Setting(
                _("Warnings and decision chain"),
                _("What leads are warned of, and who has to be known at a customer."),
                "adjustments",
                "warnings:policy",
                "manage_process",
            ),
            Setting(
                _("How good warnings are"),
                _("What the rules warn of, and how often people found them right."),
                "alert-triangle",
                "warnings:precision",
                "assign",
            ),
            Setting(
                _("Conflicts"),
                _("Leads of a customer that somebody else is working on."),
                "flag",
                "assignment:conflicts",
                "assign",
            ),
            Setting(
                _("Working calendars"),
                _("Working hours and holidays that time limits go by."),
                "calendar",
                "clocks:calendars",
                "manage_process",
            ),
            Setting(
                _("Pools"),
                _("What returns to a pool, who may claim it and how much."),
                "inbox",
                "assignment:pools",
                "manage_process",
            ),
        ),
    ),
    (
        _("Data and people"),
        (
            Setting(
                _("Cleaning"),
                _("Leads with test data, unreadable contacts or missing facts."),
                "filter",
                "screening:list",
                "screen",
            ),
            Setting(
                _("Duplicates"),
                _("Customers that look like the same company."),
                "copy",
                "customers:duplicates",
                "work",
            ),
            Setting(
                _("Documents"),
                _("Lead register, grade list and follow-up plan as Excel files."),
                "file-spreadsheet",
                "reporting:documents",
                "export",
            ),
            Setting(
                _("Chat groups"),
                _("WeCom, DingTalk and Feishu groups that hear what their team is told."),
                "messages",
                "notices:groups",
                "settings",
            ),
            Setting(
                _("People and teams"),
                _("Who works here, in which team and role."),
                "users-group",
                "people:people",
                "manage_people",
            ),
        ),
    ),
)


def groups_for(user: object) -> tuple[Group, ...]:
    found = ((str(title), _shown(user, settings)) for title, settings in GROUPS)
    return tuple(Group(title, settings) for title, settings in found if settings)


def _shown(user: object, settings: tuple[Setting, ...]) -> tuple[Shown, ...]:
    return tuple(
        Shown(str(one.title), str(one.what), one.icon, url)
        for one in settings
        if may(user, one.action) and (url := _address(one.view))
    )


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
