"""The analysis pages: right figures, every number opens what it counts, nobody sees more than they may."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape

import openpyxl
import pytest

from leadloop.leads.models import Lead
from leadloop.leads.operations import win_lead
from leadloop.store import snapshots
from leadloop.store.refresh import refresh

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("/analysis/conversion/", "/analysis/funnel/")
LINK = re.compile(
    r'<a (?:class="plain" )?href="(/leads/\?[^"]*figure=[^"]*)"(?: title="([\d,]+)")?>([^<]*)</a>'
)


def numbers(text: str) -> list[tuple[str, int]]:
    """Every number on the page with the address it opens; reasons carry theirs in the title."""
    return [
        (unescape(href), int((title or shown).replace(",", ""))) for href, title, shown in LINK.findall(text)
    ]


def listed(text: str) -> int:
    found = re.search(r'class="list-count"><span class="num">([\d,]+)</span>', text)
    assert found, text[:3000]
    return int(found[1].replace(",", ""))


def check_numbers(read, user, address: str, *, every: int = 1) -> None:
    found = dict(numbers(read(user, address)))
    assert len(found) >= 6
    assert sum(found.values()) > 0
    for href in list(found)[::every]:
        assert listed(read(user, href)) == found[href], href


@pytest.mark.parametrize("page", PAGES)
def test_every_number_opens_exactly_the_leads_that_it_counts(page, company, cast, read):
    check_numbers(read, cast.ops, f"{page}?period=2026-06&by=source&by=industry%2Bsize")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["manager", "owner", "marketing"])
def test_whoever_reads_a_number_can_open_it(page, person, company, cast, read):
    check_numbers(read, getattr(cast, person), f"{page}?period=all&by=source&by=owner", every=4)


@pytest.mark.parametrize("page", PAGES)
def test_what_happened_in_a_period_can_be_opened_too(page, company, cast, read):
    check_numbers(read, cast.ops, f"{page}?period=2026-06&compare=previous&basis=activity&by=team", every=3)


def test_a_filter_is_kept_when_a_number_is_opened(company, cast, read):
    found = numbers(
        read(cast.ops, "/analysis/funnel/?period=all&f.industry=%E5%88%B6%E9%80%A0%E4%B8%9A&f.industry=-")
    )
    entered = next(number for href, number in found if "figure=entered" in href)
    assert entered == Lead.objects.filter(industry__in=["制造业", ""]).exclude(state="invalid").count()
    for href, number in found[::5]:
        assert listed(read(cast.ops, href)) == number, href


def test_names_are_looked_up_and_keys_are_not_shown(company, cast, read):
    text = read(cast.ops, "/analysis/conversion/?period=all&by=source&by=owner&by=team")
    for name in ("展会", "官网", "(not filled in)", "Owner", "Teammate", "Key accounts", "South"):
        assert f">{name}" in text
    funnel = read(cast.ops, "/analysis/funnel/?period=all")
    assert "Budget too small" in funnel


def test_a_rep_counts_own_leads_and_the_pool_and_a_stranger_others(company, cast, read):
    mine = read(cast.owner, "/analysis/conversion/?period=all")
    own = Lead.objects.filter(owner=cast.owner).exclude(state="invalid").count()
    assert numbers(mine)[0][1] == own
    theirs = read(cast.stranger, "/analysis/conversion/?period=all")
    assert numbers(theirs)[0][1] == Lead.objects.filter(owner=cast.stranger).exclude(state="invalid").count()
    assert "Teammate" not in read(cast.stranger, "/analysis/conversion/?period=all&by=owner")


@pytest.mark.parametrize("page", [*PAGES, "/analysis/choices/?page=funnel", "/analysis/funnel.csv"])
def test_who_has_no_analysis_is_told_so(page, company, cast, read):
    assert "Your role does not include" in read(cast.admin, page, status=403)


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_signs_in_first(page, client, company):
    assert client.get(page)["Location"].startswith("/accounts/sign-in/")


@pytest.mark.parametrize("page", PAGES)
def test_a_change_is_in_the_next_report(page, company, cast, read):
    before = numbers(read(cast.ops, f"{page}?period=all"))
    lead = Lead.objects.filter(state="open").first()
    win_lead(lead=lead, amount=Decimal(180_000), actor=None, now=lead.stage_since)
    after = numbers(read(cast.ops, f"{page}?period=all"))
    won = {"conversion": "figure=deals", "funnel": "figure=entered"}[page.split("/")[2]]
    pick = -1 if "funnel" in page else 0
    change = [[number for href, number in found if won in href][pick] for found in (before, after)]
    assert change[1] == change[0] + 1


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("period=2026-13", "is not a period"),
        ("period=2026-06&compare=2026-Q1", "differ in length"),
        ("first=2026-06-10&last=2026-06-01", "not after its start"),
        ("basis=both", "cohort or activity"),
    ],
)
def test_an_address_that_cannot_be_read_says_what_is_wrong(question, said, company, cast, client_for):
    answer = client_for(cast.ops).get(
        f"/analysis/conversion/?{question}", follow=True, HTTP_ACCEPT_LANGUAGE="en"
    )
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_an_unknown_dimension_is_answered_with_those_that_there_are(company, cast, read):
    assert "industry" in read(cast.ops, "/analysis/conversion/?by=colour", status=400)


def test_days_of_ones_own_become_a_period_that_includes_the_last(company, cast, client_for):
    question = "first=2026-06-01&last=2026-06-15&process=general_b2b"
    answer = client_for(cast.ops).get(f"/analysis/funnel/?{question}")
    assert answer["Location"] == "/analysis/funnel/?process=general_b2b&period=2026-06-01..2026-06-16"


def test_the_scope_bar_links_are_the_same_question_with_one_thing_changed(company, cast, read):
    text = unescape(read(cast.ops, "/analysis/conversion/?period=2026-06&compare=year&by=team&f.industry=-"))
    assert 'href="?period=2026-06&compare=none&process=general_b2b&by=team&f.industry=-"' in text
    assert 'href="?period=2026-06&compare=2025-06&process=general_b2b&by=team"' in text
    assert 'href="?period=all&process=general_b2b&by=team&f.industry=-"' in text


def test_without_a_question_a_period_with_leads_is_shown(company, cast, read):
    text = read(cast.ops, "/analysis/conversion/")
    assert numbers(text)[0][1] == 25
    assert "Of 25 leads" in text


def test_a_page_that_lags_behind_tells_when_newer_figures_are_there(
    company, cast, client_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(cast.ops)
    assert "/analysis/newer/" not in client.get("/analysis/funnel/").content.decode()
    monkeypatch.setattr(snapshots, "SMALL_LAG", 0)
    monkeypatch.setattr(snapshots, "wake_worker", lambda: None)
    lead = Lead.objects.filter(state="open").first()
    win_lead(lead=lead, amount=Decimal("10"), actor=cast.ops, now=lead.changed_at)
    assert "正在计入" in client.get("/analysis/funnel/").content.decode()
    assert "data-hx-get" in client.get("/analysis/newer/").content.decode()
    refresh()
    assert "已有更新的数据" in client.get("/analysis/newer/").content.decode()


def test_nobody_has_leads_yet(cast, settings, tmp_path, read):
    settings.STORE = tmp_path / "store"
    for page in PAGES:
        text = read(cast.ops, page)
        assert "Nothing to analyse yet" in text
        assert 'href="/imports/new/"' in text


def test_a_period_without_leads_says_what_to_do(company, cast, read):
    for page in PAGES:
        assert "choose a longer one" in read(cast.ops, f"{page}?period=2020-01")


def test_the_choices_offer_what_the_reader_sees_with_its_size(company, cast, read):
    text = read(cast.owner, "/analysis/choices/?page=conversion&period=2026-06&f.industry=-&by=team")
    assert 'name="by" value="team" checked' in text
    assert 'name="by" value="industry+size">' in text
    assert re.search(r'name="f.industry" value="-"[^>]* checked', text)
    own = Lead.objects.filter(owner=cast.owner).exclude(state="invalid").count()
    assert re.search(rf"Owner <span class=\"muted small\">{own}</span>", text)
    assert "Stranger" not in text
    assert '<input type="hidden" name="period" value="2026-06">' in text


def test_a_table_leaves_as_csv_and_xlsx_with_raw_values(company, cast, client_for):
    client = client_for(cast.ops, headers={"accept-language": "en"})
    answer = client.get("/analysis/conversion.csv?period=all&by=source")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["Leads"] == "25"
    assert float(rows[0]["Rate"]) == Lead.objects.filter(state="won").count() / 25
    assert {row["Value"] for row in rows[1:]} == {"展会", "官网", "(not filled in)"}
    book = openpyxl.load_workbook(io.BytesIO(client.get("/analysis/funnel.xlsx?period=all").content))
    assert [cell.value for cell in book["funnel"]["B"]][:2] == ["Entered", 25]


def test_the_page_without_scripts_has_the_figures_and_working_forms(company, cast, read):
    text = read(cast.ops, "/analysis/conversion/?period=2026-06")
    assert '<form class="pick-days" method="get">' in text
    assert not re.search(r"\son\w+=|\sstyle=|<script>", text)


def test_the_number_of_queries_does_not_grow_with_rows(
    company, cast, client_for, django_assert_max_num_queries
):
    client = client_for(cast.ops)
    client.get("/analysis/conversion/?period=all")
    for by in ("source", "owner", "industry"):
        with django_assert_max_num_queries(15):
            assert client.get(f"/analysis/conversion/?period=all&by={by}").status_code == 200
