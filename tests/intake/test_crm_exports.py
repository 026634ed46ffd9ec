# ruff: noqa: E501 - rows of a table
"""Exports as the common CRMs write them, without a mapping."""

from __future__ import annotations

from pathlib import Path

from .helpers import Read, read, write


def ends(found: Read) -> list[str]:
    return [found.kinds(row["lead_id"])[-1] for row in found.rows()]


def test_salesforce_opportunities(tmp_path: Path) -> None:
    rows = [
        ["Opportunity ID", "Opportunity Name", "Account Name", "Opportunity Owner", "Lead Source", "Stage", "Amount",
         "Created Date", "Close Date", "Last Stage Change Date", "Loss Reason", "Probability (%)"],
        ["006A", "Big deal", "Acme", "Ann Lee", "Web", "Closed Won", "USD 12,000.00", "1/25/2026", "2/14/2026", "2/14/2026", "", "100"],
        ["006B", "Small deal", "Betasoft", "Ben Roe", "Trade Show", "Closed Lost", "USD 3,000.00", "2/3/2026", "3/1/2026", "", "Price", "0"],
        ["006C", "New deal", "Ghost", "Ann Lee", "Web", "Negotiation/Review", "USD 7,500.00", "3/5/2026", "12/31/2026", "4/1/2026", "", "90"],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows), zone="America/New_York")
    assert ends(found) == ["won", "lost", "stage"]
    assert [row["number"] for row in found.rows()] == ["006A", "006B", "006C"]
    assert f"{found.rows()[1]['captured_at']:%Y-%m-%d}" == "2026-02-03"
    assert found.rows()[2]["expected_amount"] == 7500
    assert [event["reason"] for event in found.events_of(2) if event["kind"] == "lost"] == ["Price"]
    assert {row["currency"] for row in found.rows()} == {"USD"}


def test_salesforce_leads(tmp_path: Path) -> None:
    rows = [
        ["Lead ID", "First Name", "Last Name", "Company / Account", "Email", "Lead Source", "Lead Status", "Lead Owner",
         "Create Date", "Converted Date", "Rating", "State/Province"],
        ["00Q1", "Mia", "Chen", "Acme", "MIA@acme.example", "Web", "Closed - Converted", "Ann", "2026-05-01", "2026-05-09", "Hot", "CA"],
        ["00Q2", "小明", "王", "华信", "", "Web", "Working - Contacted", "Ann", "2026-05-02", "", "Warm", ""],
        ["00Q3", "Joe", "Doe", "X", "", "Web", "Closed - Not Converted", "Ann", "2026-05-03", "", "Cold", ""],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows))
    assert ends(found) == ["won", "registered", "lost"]
    assert [row["contact"] for row in found.rows()] == ["Mia Chen", "王小明", "Joe Doe"]
    assert found.rows()[0]["email"] == "mia@acme.example"


def test_hubspot_deals(tmp_path: Path) -> None:
    rows = [
        ["Record ID", "Deal Name", "Deal Stage", "Create Date", "Close Date", "Amount", "Deal owner", "Pipeline",
         "Associated Company (Primary)", "Original Traffic Source", "Closed Lost Reason",
         'Date entered "Contract Sent (Sales Pipeline)"'],
        ["11", "A", "Closed Won", "2026-04-01 10:00", "2026-05-01 10:00", "1200", "Ann", "Sales Pipeline", "Acme", "Organic Search", "", "2026-04-20 09:00"],
        ["12", "B", "Closed Lost", "2026-04-02 10:00", "2026-05-02 10:00", "900", "Ann", "Sales Pipeline", "Beta", "Paid Search", "Budget", ""],
        ["13", "C", "Appointment Scheduled", "2026-04-03 10:00", "", "", "Ben", "Sales Pipeline", "Gamma", "Referrals", "", ""],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows))
    assert ends(found) == ["won", "lost", "registered"]
    assert [event["stage"] for event in found.events_of(1) if event["kind"] == "stage"] == [
        "negotiation",
        "signed",
    ]
    assert found.rows()[1]["source"] == "Paid Search"


def test_pipedrive_deals(tmp_path: Path) -> None:
    rows = [
        ["Deal - ID", "Deal - Title", "Deal - Value", "Deal - Currency of Value", "Deal - Organization", "Deal - Stage",
         "Deal - Status", "Deal - Deal created", "Deal - Won time", "Deal - Lost time", "Deal - Lost reason", "Deal - Owner"],
        ["1", "A", "500", "EUR", "Acme", "Negotiations Started", "Won", "2026-01-02 08:00:00", "2026-02-02 08:00:00", "", "", "Ann"],
        ["2", "B", "600", "EUR", "Beta", "Demo Scheduled", "Lost", "2026-01-03 08:00:00", "", "2026-02-03 08:00:00", "Price", "Ann"],
        ["3", "C", "700", "EUR", "Beta", "Qualified", "Open", "2026-01-04 08:00:00", "", "", "", "Ben"],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows, separator=";"))
    assert ends(found) == ["won", "lost", "stage"]
    assert [row["amount"] for row in found.rows()] == [500, None, None]
    lost = [(event["kind"], event["stage"], event["reason"]) for event in found.events_of(2)]
    assert lost == [("registered", "captured", None), ("stage", "need", None), ("lost", None, "Price")]


def test_odoo_leads(tmp_path: Path) -> None:
    rows = [
        ["External ID", "Opportunity", "Contact Name", "Company Name", "Email", "Salesperson", "Sales Team", "Stage",
         "Created on", "Closed Date", "Expected Revenue", "Lost Reason", "Won/Lost Status", "Medium", "Source"],
        ["crm.1", "A", "Mia", "Acme", "m@x.example", "Ann", "Direct", "Won", "2026-01-02 08:00:00", "2026-02-02 08:00:00", "500.0", "", "Won", "Website", "Search"],
        ["crm.2", "B", "Joe", "Beta", "", "Ann", "Direct", "Qualified", "2026-01-03 08:00:00", "2026-02-03 08:00:00", "600.0", "Too expensive", "Lost", "", ""],
        ["crm.3", "C", "Sue", "Cie", "", "Ben", "Direct", "New", "2026-01-04 08:00:00", "", "700.0", "", "Pending", "", ""],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows))
    assert ends(found) == ["won", "lost", "registered"]
    assert [row["expected_amount"] for row in found.rows()] == [500, 600, 700]
    assert found.rows()[0]["team"] == "Direct"


def test_zoho_deals(tmp_path: Path) -> None:
    rows = [
        ["Record Id", "Deal Name", "Account Name", "Deal Owner", "Lead Source", "Stage", "Amount", "Created Time", "Closing Date", "Reason For Loss"],
        ["zcrm_1", "A", "Acme", "Ann", "Cold Call", "Closed Won", "Rs. 1", "2026-01-02 08:00:00", "2026-02-02", ""],
        ["zcrm_2", "B", "Beta", "Ann", "Cold Call", "Closed Lost to Competition", "5", "2026-01-03 08:00:00", "2026-02-03", "Price"],
        ["zcrm_3", "C", "Cie", "Ben", "Partner", "Value Proposition", "7", "2026-01-04 08:00:00", "2027-02-03", ""],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows))
    assert ends(found) == ["won", "lost", "stage"]
    assert found.first("unreadable_amount").value == "Rs. 1"


def test_fxiaoke_leads(tmp_path: Path) -> None:
    rows = [
        ["销售线索编号", "姓名", "公司", "手机", "销售线索来源", "市场活动名称", "线索状态", "负责人", "负责人主属部门", "创建时间", "分配时间", "转换时间", "无效原因"],
        ["XS001", "张三", "华信科技", "13800138000", "展会", "春季展", "已转换", "李四", "华东一部", "2026-05-01 09:00", "2026-05-01 10:00", "2026-05-20 09:00", ""],
        ["XS002", "王五", "远航咨询", "13900139000", "官网", "", "跟进中", "李四", "华东一部", "2026-05-02 09:00", "2026-05-02 10:00", "", ""],
        ["XS003", "赵六", "恒通装备", "13700137000", "官网", "", "无效", "孙七", "华东二部", "2026-05-03 09:00", "2026-05-03 10:00", "", "空号"],
    ]  # fmt: skip
    found = read(write(tmp_path / "a.csv", rows, encoding="gb18030"))
    assert ends(found) == ["won", "assigned", "invalidated"]
    assert [row["team"] for row in found.rows()] == ["华东一部", "华东一部", "华东二部"]
    assert found.rows()[0]["campaign"] == "春季展"
    assert [event["reason"] for event in found.events_of(3) if event["kind"] == "invalidated"] == ["空号"]
