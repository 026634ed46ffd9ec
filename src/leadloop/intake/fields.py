# ruff: noqa: E501 - tables of words read better in long lines
"""Every field that a file may hold, with the headers under which it is known.

Earlier headers are stronger: when two columns claim one field, the one whose
header stands further to the left here gets it and the other stays a column of
its own. Names of the common CRM exports are in :mod:`leadloop.intake.exports`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from leadloop.foundation.messages import Message, msg
from leadloop.intake.exports import EXPORTS
from leadloop.intake.headers import Header, key_of

Type = Literal["text", "time", "amount", "count", "percent", "phone", "email", "stage", "status", "flag"]
Document = Literal["leads", "history", "follow_ups", "measures"]


@dataclass(frozen=True, slots=True)
class Field:
    """``personal`` values identify a person and never become a dimension of an analysis."""

    name: str
    type: Type
    title: Message
    zh: tuple[str, ...]
    en: tuple[str, ...]
    personal: bool = False
    future: bool = False
    """The date may lie ahead."""
    document: Document = "leads"


def _field(
    name: str,
    type_: Type,
    title: Message,
    zh: str,
    en: str,
    *,
    personal: bool = False,
    future: bool = False,
    document: Document = "leads",
) -> Field:
    return Field(name, type_, title, tuple(zh.split()), _names(en), personal, future, document)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


FIELDS: tuple[Field, ...] = (
    _field(
        "number", "text", msg("lead number"),
        "线索编号 线索ID 线索号 商机编号 商机ID 客户编号 潜客编号 编号 单号 流水号 记录ID 唯一标识 序号",
        "lead id, lead number, lead no, lead code, number, opportunity id, deal id, record id, id, mql id, "
        "case id, case concept name, enquiry id, inquiry id, reference, no, uid",
    ),
    _field(
        "captured_at", "time", msg("captured at"),
        "获取时间 获取日期 线索获取时间 线索创建时间 创建时间 创建日期 商机创建时间 线索时间 线索日期 "
        "来访时间 咨询时间 咨询日期 留资时间 提交时间 进线时间 建档时间 首次联系时间 首次接触时间 日期 时间",
        "captured at, capture date, captured, created at, created date, date created, create date, created time, "
        "created on, created, creation date, lead date, lead created date, first contact date, first contact, "
        "first touch date, engage date, engaged at, start date, open date, opened at, submitted at, "
        "submission date, enquiry date, inquiry date, received at, registered on, date, timestamp",
    ),
    _field(
        "registered_at", "time", msg("registered at"),
        "登记时间 录入时间 登记日期 录入日期 入库时间 导入时间",
        "registered at, recorded at, entry date, logged at",
    ),
    _field(
        "source", "text", msg("channel"),
        "来源渠道 线索来源 渠道来源 获客渠道 渠道 来源 客户来源 商机来源 流量来源 信息来源 一级渠道 一级来源",
        "source, lead source, channel, source channel, origin, acquisition channel, marketing channel, "
        "original source, opportunity source, referral source, how did you hear about us",
    ),
    _field(
        "source_detail", "text", msg("source detail"),
        "来源明细 渠道明细 来源详情 来源描述 二级渠道 二级来源 来源说明 渠道详情 具体来源",
        "source detail, source details, lead source detail, source description, sub source, secondary source, "
        "referrer, referred by, utm source, source drill down 1, original source drill down 1",
    ),
    _field(
        "campaign", "text", msg("campaign"),
        "营销活动 市场活动 活动名称 活动 推广活动 推广计划 广告计划",
        "campaign, campaign name, marketing campaign, utm campaign, primary campaign source, campaign source",
    ),
    _field(
        "customer", "text", msg("customer"),
        "客户名称 公司名称 客户 公司 企业名称 单位名称 公司/个人 公司或个人 客户全称 单位 企业 公司全称 客户公司",
        "customer, company, company name, account, account name, customer name, organization, "
        "organization name, organisation, business name, associated company, client, firm",
        personal=True,
    ),
    _field(
        "contact", "text", msg("contact"),
        "联系人 联系人姓名 姓名 客户姓名 联系人名称 对接人 主要联系人",
        "contact, contact name, contact person, full name, name, person, primary contact, associated contact",
        personal=True,
    ),
    _field(
        "first_name", "text", msg("first name"), "名 名字", "first name, given name", personal=True
    ),
    _field(
        "last_name", "text", msg("last name"), "姓 姓氏", "last name, surname, family name", personal=True
    ),
    _field(
        "title", "text", msg("job title"),
        "职位 职务 岗位 联系人职务 联系人职位",
        "title, job title, position, job position",
        personal=True,
    ),
    _field(
        "phone", "phone", msg("phone"),
        "手机 手机号 手机号码 联系电话 电话 联系方式 电话号码 移动电话 座机 联系人电话 联系人手机",
        "mobile, phone, mobile phone, phone number, telephone, tel, cell, contact details, contact phone, "
        "mobile number, work phone",
        personal=True,
    ),
    _field(
        "email", "email", msg("e-mail"),
        "邮箱 电子邮箱 邮件 邮箱地址 电子邮件 联系人邮箱",
        "email, e mail, email address, mail, work email, contact email",
        personal=True,
    ),
    _field(
        "credit_code", "text", msg("credit code"),
        "统一社会信用代码 信用代码 社会信用代码 税号 纳税人识别号",
        "credit code, unified social credit code, uscc, tax id, vat number",
        personal=True,
    ),
    _field(
        "industry", "text", msg("industry"),
        "行业类型 行业 所属行业 客户行业 行业分类 一级行业",
        "industry, sector, vertical, business segment, industry type, market segment",
    ),
    _field(
        "size", "text", msg("company size"),
        "企业规模 公司规模 规模 客户规模 人员规模 员工人数 员工数 企业类型",
        "company size, size, employees, number of employees, no of employees, comp size, headcount, "
        "employee count, organization size",
    ),
    _field(
        "region", "text", msg("region"),
        "地域 地区 区域 大区 所属区域 所在地区 省份 省 所在省份 省市 城市 所在城市 国家",
        "region, territory, state, province, state province, state region, city, office location, location, "
        "country, country region, area",
    ),
    _field(
        "grade", "text", msg("grade"),
        "线索等级 线索级别 线索分级 分级 等级 客户等级 客户级别 级别 ABC分类",
        "grade, lead grade, rating, rank, priority, tier, class",
    ),
    _field(
        "team", "text", msg("team"),
        "团队 销售团队 所属团队 部门 负责团队 销售部门 归属部门 负责人主属部门 小组",
        "team, sales team, department, group, regional office, sales group, owner team, hubspot team",
    ),
    _field(
        "owner", "text", msg("owner"),
        "负责人 线索负责人 销售 销售人员 销售代表 跟进人 归属人 所有人 业务员 客户经理 销售负责人 商机负责人",
        "owner, lead owner, opportunity owner, deal owner, assigned to, salesperson, sales rep, sales agent, "
        "sales person, sales owner, account executive, representative, rep, responsible, sr id, agent, seller",
    ),
    _field(
        "first_need", "text", msg("first need"),
        "初步需求 需求描述 客户需求 需求 咨询内容 留言 询盘内容 需求内容 初始需求",
        "first need, need, needs, requirement, requirements, description, message, enquiry, inquiry, interest",
    ),
    _field(
        "tags", "text", msg("tags"),
        "标签 初步标签 线索标签 客户标签", "tags, labels, tag, label, first tags"
    ),
    _field(
        "product", "text", msg("product"),
        "产品 意向产品 产品名称 关注产品 需求产品", "product, product name, product interest, primary product"
    ),
    _field(
        "opportunity_name", "text", msg("name of the opportunity"),
        "商机名称 线索名称 机会名称 项目名称 主题 标题",
        "opportunity name, deal name, lead title, opportunity, deal title, subject, topic, potential name",
        personal=True,
    ),
    _field(
        "process", "text", msg("process"),
        "销售流程 流程 业务类型", "process, pipeline, sales process, record type, sales pipeline"
    ),
    _field(
        "expected_amount", "amount", msg("expected amount"),
        "预计金额 预计成交金额 商机金额 预期金额 预计销售金额 意向金额 预估金额 项目金额 合同预估金额",
        "expected amount, expected revenue, estimated value, opportunity amount, forecast amount, "
        "potential value, estimated amount, weighted amount",
    ),
    _field(
        "budget", "amount", msg("budget"),
        "预算 预算范围 客户预算 预算金额 采购预算", "budget, budget range, budget amount, customer budget"
    ),
    _field(
        "amount", "amount", msg("amount"),
        "成交金额 合同金额 签约金额 成单金额 赢单金额 订单金额 实际成交金额 金额 成交额",
        "amount, won amount, deal value, close value, closed amount, deal amount, contract value, value, "
        "revenue, total, order amount, contract amount",
    ),
    _field("currency", "text", msg("currency"), "币种 货币", "currency, currency code, currency iso code"),
    _field(
        "assigned_at", "time", msg("assigned at"),
        "分配时间 分配日期 线索分配时间 派单时间 领取时间 移交时间",
        "assigned at, assigned date, assignment date, assigned on, date assigned, owner assigned date, "
        "handoff date",
    ),
    _field(
        "first_followed_up_at", "time", msg("first follow-up at"),
        "首次跟进时间 首次跟进日期 首次联系客户时间 首次响应时间 首跟时间 第一次跟进时间",
        "first follow up at, first follow up, first follow up date, first response at, first activity date, "
        "first response time, date of first engagement, first call date, first outreach date",
    ),
    _field(
        "last_followed_up_at", "time", msg("last follow-up at"),
        "最后跟进时间 最近跟进时间 最后跟进日期 上次跟进时间 最新跟进时间 最近跟进日期 最后联系时间",
        "last follow up at, last follow up, last follow up date, last activity date, last contacted, "
        "last contact date, last activity, last activity time, date of last engagement",
    ),
    _field(
        "follow_ups", "count", msg("number of follow-ups"),
        "跟进次数 联系次数 跟进总次数 跟进数",
        "follow ups, number of follow ups, follow up count, number of sales activities, "
        "number of times contacted, total activities, activities",
    ),
    _field(
        "note", "text", msg("note"),
        "备注 跟进记录 最新跟进记录 沟通内容 跟进内容 说明 备注信息 沟通记录",
        "note, notes, remark, remarks, comment, comments, follow up record, what was talked about",
    ),
    _field(
        "stage", "stage", msg("stage"),
        "当前阶段 销售阶段 商机阶段 阶段 线索阶段 所处阶段 跟进阶段 商机阶段名称 阶段名称",
        "stage, current stage, deal stage, sales stage, opportunity stage, pipeline stage, stage name, "
        "lifecycle stage, funnel stage, activity",
    ),
    _field(
        "stage_changed_at", "time", msg("stage changed at"),
        "阶段变更时间 进入阶段时间 阶段更新时间 最近阶段变更时间 进入当前阶段时间",
        "stage changed at, last stage change date, stage change date, stage entered, date entered stage, "
        "last stage update, date entered current stage, stage date",
    ),
    _field(
        "status", "status", msg("outcome"),
        "转化状态 状态 线索状态 商机状态 结果 跟进状态 成交状态 是否成交 是否转化 赢单状态 销售结果 最终结果 转化结果",
        "status, outcome, result, lead status, deal status, opportunity status, won lost, is won, won, "
        "conversion status, converted, closed status, win loss, is closed won",
    ),
    _field(
        "won_at", "time", msg("won at"),
        "成交时间 成交日期 赢单时间 赢单日期 签约时间 签约日期 成单时间 转化时间 转化日期 合同签订日期",
        "won at, won date, won time, date won, conversion date, converted date, converted at, signed at, "
        "signed date, contract date, win date, deal won date",
    ),
    _field(
        "lost_at", "time", msg("lost at"),
        "流失时间 流失日期 丢单时间 输单时间 丢单日期 输单日期 失败时间 战败时间 战败日期",
        "lost at, lost date, lost time, date lost, loss date, churned at",
    ),
    _field(
        "closed_at", "time", msg("closed at"),
        "关闭时间 结束时间 关闭日期 结束日期 结单时间 结单日期 完结时间",
        "closed at, close date, closed date, closed time, date closed, closing date, closed on, end date, "
        "completed at",
    ),
    _field(
        "reopened_at", "time", msg("reopened at"),
        "重启时间 重新激活时间 重新打开时间 激活时间", "reopened at, reopened date, reactivated at"
    ),
    _field(
        "lost_stage", "stage", msg("lost in stage"),
        "流失阶段 丢单阶段 输单阶段 流失环节", "lost stage, lost in stage, lost at stage, stage lost"
    ),
    _field(
        "reason", "text", msg("loss reason"),
        "未转化原因 流失原因 丢单原因 输单原因 失败原因 战败原因 未成交原因 关闭原因 无效原因 一级流失原因",
        "loss reason, lost reason, reason lost, closed lost reason, reason for loss, reason, "
        "reason not won, disqualification reason, unqualified reason, reason for closing",
    ),
    _field(
        "second_reason", "text", msg("second loss reason"),
        "次要原因 第二原因 二级流失原因 次要流失原因 其他原因 原因明细",
        "second reason, secondary reason, second loss reason, loss reason detail, sub reason",
    ),
    _field(
        "competitor", "text", msg("competitor"),
        "竞争对手 竞品 竞争情况 主要竞争对手 竞争",
        "competitor, competition, competitors, main competitor, lost to",
    ),
    _field(
        "validity", "status", msg("validity"),
        "有效性 是否有效 线索有效性 有效状态", "validity, valid, is valid, lead validity"
    ),
    _field(
        "temperature", "text", msg("temperature"),
        "意向温度 意向度 意向程度 客户意向 热度", "temperature, interest level, warmth"
    ),
    _field("intent", "count", msg("intent"), "意向强度 意向评分 购买意向", "intent, intent score, buying intent"),
    _field("score", "count", msg("score"), "评分 线索评分 得分", "score, lead score, hubspot score"),
    _field(
        "probability", "percent", msg("probability"),
        "赢率 成交概率 概率 赢单率 成功率", "probability, win probability, likelihood, win rate, probability percent"
    ),
    _field("urgency", "count", msg("urgency"), "紧急程度 紧急度 紧迫度", "urgency, urgency level"),
    _field(
        "budget_state", "text", msg("budget status"),
        "预算情况 预算状态 是否有预算 有无预算", "budget status, budget state, has budget, budget confirmed"
    ),
    _field(
        "need_match", "text", msg("need match"),
        "需求匹配 需求匹配度 产品匹配 产品匹配度 匹配度 需求是否匹配", "need match, need fit, product fit, solution fit"
    ),
    _field(
        "authority", "text", msg("authority to decide"),
        "决策权 决策权限 有无决策权 是否决策人 是否有决策权",
        "authority, authority to decide, decision authority, is decision maker, has authority"
    ),
    _field(
        "decision_maker", "text", msg("decision maker"),
        "决策人角色 决策人 决策者 决策者角色 决策角色 关键决策人",
        "decision maker, role of the decision maker, decision maker role, decision role, buying role",
    ),
    _field(
        "decision_people", "count", msg("people in the decision"),
        "决策复杂度 决策人数 决策链人数", "decision complexity, decision people, people in the decision"
    ),
    _field(
        "purchase_time", "text", msg("time of purchase"),
        "采购时间 计划采购时间 购买时间 预计采购时间", "time of purchase, purchase time, purchase timeframe, buying time"
    ),
    _field(
        "expected_close_at", "time", msg("expected close"),
        "预计成交时间 预计成交日期 预计签约时间 预计结单日期 预计成交 预计签约日期 预计关闭日期",
        "expected close, expected close date, expected closing, estimated close date, forecast close date",
        future=True,
    ),
    _field(
        "next_action", "text", msg("next action"),
        "下一步行动 下一步 下一步计划 下步计划 跟进计划 后续计划",
        "next action, next step, next steps, next activity, next activity subject, plan",
    ),
    _field(
        "next_action_at", "time", msg("deadline of the next action"),
        "下次跟进时间 下一步时间 下一步截止时间 下次联系时间 计划跟进时间 下次跟进日期 截止时间",
        "next action at, next action date, next activity date, next follow up, next follow up date, next step date",
        future=True,
    ),
    _field(
        "followed_up_at", "time", msg("followed up at"),
        "跟进时间 跟进日期 沟通时间 拜访时间",
        "followed up at, follow up date, follow up time, activity date, activity time, contacted at",
        document="follow_ups",
    ),
    _field(
        "way", "text", msg("way of contact"),
        "跟进方式 沟通方式 联系途径 拜访方式", "way, way of contact, activity type, contact method, follow up type",
        document="follow_ups",
    ),
    _field(
        "feedback", "text", msg("feedback"),
        "客户反馈 反馈与痛点 客户反馈及痛点 反馈 痛点", "feedback, feedback and pain points, pain points",
        document="follow_ups",
    ),
    _field(
        "mood", "text", msg("mood"),
        "客户情绪 客户态度 情绪", "mood, customer mood, sentiment", document="follow_ups"
    ),
    _field(
        "entered_at", "time", msg("entered the stage at"),
        "进入时间 变更时间 阶段时间 阶段进入时间 变更日期 修改时间",
        "entered at, changed at, time timestamp, complete timestamp, change date, last modified, "
        "last modified date, edit date, event time, time, entry time, changed on",
        document="history",
    ),
    _field(
        "new_stage", "stage", msg("new stage"),
        "新阶段 变更后阶段 变更后 目标阶段", "new stage, to stage, new value, stage to, event, concept name, to",
        document="history",
    ),
    _field(
        "old_stage", "stage", msg("old stage"),
        "原阶段 变更前阶段 变更前", "old stage, from stage, old value, stage from, from", document="history"
    ),
    _field(
        "measure", "text", msg("measure"),
        "改进措施 措施 措施名称 措施内容", "measure, improvement measure, countermeasure", document="measures"
    ),
    _field("due_at", "time", msg("due"), "计划完成时间 完成期限 到期日", "due, due date", document="measures"),
    _field("done_at", "time", msg("done at"), "实际完成时间 完成时间", "done, done at", document="measures"),
    _field("execution", "percent", msg("execution rate"), "执行率 完成率", "execution rate", document="measures"),
    _field("target", "text", msg("target"), "目标 目标值 效果目标", "target, target value", document="measures"),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
PERSONAL = frozenset(
    {field.name for field in FIELDS if field.personal} | {"phone_key", "note", "first_need", "feedback"}
)
"""Columns of a batch that may identify a person: not to be used as dimensions."""


@cache
def _index() -> dict[str, tuple[str, int]]:
    """Header key -> field and strength (smaller is stronger)."""
    found: dict[str, tuple[str, int]] = {}
    for field in FIELDS:
        for strength, text in enumerate((*field.zh, *field.en)):
            offset = len(field.zh) if strength >= len(field.zh) else 0
            found.setdefault(key_of(text), (field.name, strength - offset))
        found.setdefault(key_of(field.name), (field.name, 0))
    for names in EXPORTS.values():
        for text, field_name in names.items():
            found.setdefault(key_of(text), (field_name, 5))
    return found


def recognise(header: Header) -> tuple[str, int] | None:
    """The field a header names, and how strongly; None if it names none."""
    index = _index()
    for distance, key in enumerate(header.keys()):
        name, strength = index.get(key, ("", 0))
        if name:
            return name, strength + 3 * distance
    return None
