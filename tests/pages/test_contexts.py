"""Every page gives its template what it declares, and nothing else."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.test.utils import ContextList
from tests.cast import Cast
from tests.factories import a_lead
from tests.pages.conftest import SignedIn

from leadloop.actions.web.board import BoardPage as PlanPage
from leadloop.actions.web.feed import CalendarPage
from leadloop.chain.web.pages import ChainPage
from leadloop.discovery.web.panel import DiscoveryPanel
from leadloop.discovery.web.scripts import ScriptsPanel
from leadloop.followup.web.log import PanelPage
from leadloop.foundation.ui.errors import ErrorPage
from leadloop.foundation.ui.forms import FormPage
from leadloop.leads.web.detail import LeadPage
from leadloop.leads.web.forms_pages import FactsPage
from leadloop.leads.web.list_choices import ColumnsPage, FiltersPage
from leadloop.leads.web.list_page import ListPage
from leadloop.leads.web.pipeline import BoardPage, CardsPage
from leadloop.leads.web.together_pages import ActionsPage
from leadloop.leads.web.views_pages import MenuPage, ViewsPage
from leadloop.people.web.preferences import PreferencesPage
from leadloop.playbook.web.reading import ScriptsPage
from leadloop.playbook.web.writing import EditPage
from leadloop.warnings.web.pages import ListPage as WarningsPage
from leadloop.warnings.web.pages import PrecisionPage
from leadloop.workspace.web.home import HomePage
from leadloop.workspace.web.quality import QualityPage, RowsPage
from leadloop.workspace.web.search import SearchPage

FRAME = {"True", "False", "None", "csrf_token", "request", "user", "perms", "messages",
         "DEFAULT_MESSAGE_LEVELS", "shell", "navigation", "bell", "own_places"}  # fmt: skip
"""What every page has: constants and context processors."""

PAGES = {
    "/": HomePage,
    "/leads/": ListPage,
    "/leads/filters/": FiltersPage,
    "/leads/columns/": ColumnsPage,
    "/leads/new/": FactsPage,
    "/leads/LX-1/": LeadPage,
    "/leads/LX-1/edit/": FactsPage,
    "/leads/LX-1/follow-ups/new/": PanelPage,
    "/leads/LX-1/move/": FormPage,
    "/leads/LX-1/lose/": FormPage,
    "/lead-views/": ViewsPage,
    "/lead-views/menu/": MenuPage,
    "/lead-views/new/?grade=A": FormPage,
    "/lead-actions/": ActionsPage,
    "/lead-actions/new/grade/?all=1&question=": FormPage,
    "/playbook/": ScriptsPage,
    "/playbook/new/": EditPage,
    "/playbook/import/": FormPage,
    "/leads/LX-1/chain/": ChainPage,
    "/leads/LX-1/chain/new/": FormPage,
    "/warnings/": WarningsPage,
    "/warnings/over/": WarningsPage,
    "/warnings/precision/": PrecisionPage,
    "/discovery/leads/LX-1/": DiscoveryPanel,
    "/discovery/leads/LX-1/scripts/": ScriptsPanel,
    "/pipeline/": BoardPage,
    "/pipeline/cards/?stage=captured": CardsPage,
    "/actions/": PlanPage,
    "/actions/calendar/": CalendarPage,
    "/actions/new/LX-1/": FormPage,
    "/follow-up/": QualityPage,
    "/follow-up/answered/": RowsPage,
    "/search/?q=华信": SearchPage,
    "/accounts/preferences/": PreferencesPage,
    "/leads/nowhere/": ErrorPage,
}


@pytest.mark.parametrize("address", PAGES)
def test_the_context_is_the_declared_one(address: str, cast: Cast, signed_in: SignedIn) -> None:
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    answer = signed_in(cast.ops).get(address)
    # One context when a single template was rendered, else one for each, the page's own first.
    context = answer.context[0] if isinstance(answer.context, ContextList) else answer.context
    given = set(context.flatten()) - FRAME
    assert given == {field.name for field in fields(PAGES[address])}
