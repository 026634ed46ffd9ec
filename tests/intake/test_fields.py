# ruff: noqa: E501 - rows of a table
from __future__ import annotations

import pytest

from leadloop.intake.exports import EXPORTS
from leadloop.intake.fields import BY_NAME, FIELDS, recognise
from leadloop.intake.headers import display, key_of, normalise


def field_of(text: str) -> str | None:
    found = recognise(normalise(text))
    return found[0] if found else None


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_synonym_leads_to_its_field(field) -> None:
    for text in (*field.zh, *field.en, field.name):
        assert field_of(text) == field.name, text


@pytest.mark.parametrize(("system", "header"), [(s, h) for s, names in EXPORTS.items() for h in names])
def test_headers_of_crm_exports(system: str, header: str) -> None:
    assert field_of(header) == (EXPORTS[system][header] or None)


def test_no_header_means_two_fields() -> None:
    owners: dict[str, set[str]] = {}
    for field in FIELDS:
        for text in (*field.zh, *field.en):
            owners.setdefault(key_of(text), set()).add(field.name)
    assert {key: names for key, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ("lead register", "线索编号 来源渠道 公司/个人 联系方式 行业类型 初步需求 获取时间 负责人 初步标签"),
        ("basics", "线索ID 来源渠道 获取时间 客户名称 联系人 联系方式 行业类型 企业规模 地域"),
        ("follow-up", "负责人 首次跟进时间 跟进次数 沟通内容 最后跟进时间"),
        ("result", "转化状态 成交时间 成交金额 未转化原因"),
        ("traits", "决策人角色 预算范围 采购时间 意向强度"),
        ("grading", "编号 客户 联系人 联系方式 来源渠道 线索等级 分配时间 首次跟进时间 跟进记录 状态 下一步行动 截止时间 负责人"),
        ("follow-up record", "编号 跟进时间 跟进方式 跟进人 联系人 反馈与痛点 决策人 客户情绪 下一步行动"),
        ("evaluation", "商机编号 商机名称 商机阶段 紧急程度 预算(万元) 竞争情况 决策复杂度(人数) 负责人 预计成交时间 下一步行动"),
        ("measures", "改进措施 负责人 计划完成时间 实际完成时间 执行率 效果目标 状态 备注"),
    ],
)  # fmt: skip
def test_columns_of_the_source_documents(document: str, headers: str) -> None:
    found = [field_of(header) for header in headers.split()]
    assert None not in found, dict(zip(headers.split(), found, strict=True))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("*客户名称", "客户名称"),
        ("  Lead\u3000Source ", "leadsource"),
        ("LeadSource", "leadsource"),
        ("lead_source", "leadsource"),
        ("ＬＥＡＤ ＩＤ", "leadid"),
        ("\ufeff线索编号", "线索编号"),
        ("獲取時間", "获取时间"),
        ("金额（万元）", "金额"),
        ("Custom_Field__c", "customfield"),
        ("(必填)", "必填"),
    ],
)
def test_headers_are_brought_to_one_form(text: str, key: str) -> None:
    assert normalise(text).key == key


@pytest.mark.parametrize(
    ("text", "factor", "currency"),
    [
        ("金额(万元)", 1e4, "CNY"),
        ("金额（万）", 1e4, None),
        ("金额/万元", 1e4, "CNY"),
        ("合同金额（单位：万元）", 1e4, "CNY"),
        ("金额(人民币 万元)", 1e4, "CNY"),
        ("Amount (USD)", 1.0, "USD"),
        ("Budget (10k CNY)", 1e4, "CNY"),
        ("Amount (k USD)", 1e3, "USD"),
        ("Revenue [million EUR]", 1e6, "EUR"),
        ("金额（元）", 1.0, "CNY"),
        ("Amount (won)", 1.0, None),
        ("金额", 1.0, None),
    ],
)
def test_units_in_headers(text: str, factor: float, currency: str | None) -> None:
    header = normalise(text)
    assert (header.factor, header.currency) == (factor, currency)


def test_headers_are_made_distinct() -> None:
    assert display(["a", "", "a", "a (2)", ""]) == ["a", "column 2", "a (2)", "a (2) (2)", "column 5"]


def test_personal_fields_are_marked() -> None:
    assert {"customer", "contact", "phone", "email", "credit_code"} <= {f.name for f in FIELDS if f.personal}
    assert not BY_NAME["source"].personal
