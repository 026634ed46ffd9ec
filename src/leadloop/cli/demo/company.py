"""What the demo company is like: its people, channels, customers, and what goes well and badly there.

Everything is invented. Probabilities are per stage passed; times are working days.
"""

from __future__ import annotations

from dataclasses import dataclass

SEED = 20_240
LEADS = 5_000
DAYS = 365
PASSWORD = "demo"  # noqa: S105
EMAIL_DOMAIN = "demo.example"
"""Addresses of the demo's users; a reserved domain, so that no mail can ever leave."""

STAGES = ("captured", "screened", "need", "proposal", "negotiation", "signed")
PASS = (0.86, 0.74, 0.50, 0.70, 0.66)
"""Of those that stand in a stage. Need discovery is the weak node."""
DWELL_DAYS = (0.7, 1.6, 5.0, 7.5, 9.0)
DWELL_SPREAD = (0.9, 0.8, 0.75, 0.7, 0.75)
LOSS_PATIENCE = 1.8
"""How much longer a stage that ends in a loss lasts than one that is passed."""

PILOT_TEAM = "销售二部"
PILOT_TAG = "试点：两小时首响"
PILOT_DAYS = 42


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    roles: tuple[tuple[str, str | None], ...]
    """(role, team)."""
    skill: float = 0.0
    """Added to the log odds of every stage."""
    response_hours: float = 7.0
    load: float = 0.0
    """Share of the team's leads."""


TEAMS = ("销售一部", "销售二部", "销售三部")
PEOPLE = (
    Person("rep", "林悦", (("rep", "销售一部"),), 0.10, 6.0, 0.38),
    Person("manager", "陈思远", (("manager", "销售一部"),)),
    Person("marketing", "苏晴", (("marketing", None),)),
    Person("ops", "顾明哲", (("ops", None),)),
    Person("exec", "周启航", (("exec", None),)),
    Person("admin", "许文博", (("admin", None), ("ops", None))),
    Person("he.jun", "何俊", (("rep", "销售一部"),), -0.28, 11.0, 0.34),
    Person("tang.yi", "唐怡", (("rep", "销售一部"),), 0.05, 8.0, 0.28),
    Person("shen.hao", "沈浩", (("rep", "销售二部"), ("manager", "销售二部")), 0.22, 5.0, 0.44),
    Person("luo.min", "罗敏", (("rep", "销售二部"),), -0.08, 9.0, 0.56),
    Person("feng.xue", "冯雪", (("rep", "销售三部"), ("manager", "销售三部")), 0.12, 7.0, 0.46),
    Person("ma.tianyu", "马天宇", (("rep", "销售三部"),), -0.18, 13.0, 0.54),
)


@dataclass(frozen=True, slots=True)
class ChannelOf:
    name: str
    share: float
    odds: float
    """Added to the log odds of every stage."""
    online: bool
    details: tuple[str, ...]


CHANNELS = (
    ChannelOf("官网注册", 0.25, -0.04, True, ("试用申请", "资料下载", "在线咨询", "价格页留言")),
    ChannelOf("搜索推广", 0.20, -0.16, True, ("品牌词", "行业词", "竞品词", "信息流")),
    ChannelOf("电话营销", 0.15, -0.34, False, ("名录外呼", "沉睡客户唤醒", "活动邀约")),
    ChannelOf("展会咨询", 0.15, 0.82, False, ("展台登记", "演讲听众", "现场演示")),
    ChannelOf("老客户转介绍", 0.10, 0.24, False, ("客户推荐", "员工推荐")),
    ChannelOf("内容营销", 0.10, -0.10, True, ("白皮书", "行业直播", "公众号文章", "案例集")),
    ChannelOf("合作伙伴", 0.06, 0.10, False, ("渠道代理", "集成商", "行业协会")),
)
FAIR = "展会咨询"
FAIRS = (
    (3, 18, 3, "春季智能制造展"),
    (6, 12, 3, "夏季数字化大会"),
    (9, 20, 4, "秋季工业博览会"),
    (11, 14, 3, "年终行业峰会"),
)
"""(month, day, days, name): where most fair leads come from."""

INDUSTRIES = (
    ("制造业", 0.36, 0.10),
    ("信息技术", 0.20, 0.06),
    ("商务服务", 0.17, -0.04),
    ("零售业", 0.16, -0.16),
    ("医疗健康", 0.11, 0.02),
)
SIZES = (
    ("大型企业", 0.20, 0.12, 360_000.0),
    ("中型企业", 0.36, 0.04, 140_000.0),
    ("小微企业", 0.44, -0.14, 42_000.0),
)
"""(name, share, log odds, median amount in CNY)."""
AMOUNT_SPREAD = 0.65

REGIONS = {
    "华东": ("上海", "苏州", "杭州", "南京", "宁波", "无锡", "合肥", "青岛"),
    "华南": ("深圳", "广州", "东莞", "佛山", "厦门", "福州"),
    "华北": ("北京", "天津", "石家庄", "太原"),
    "华中": ("武汉", "长沙", "郑州", "南昌"),
    "西南": ("成都", "重庆", "昆明", "贵阳"),
    "西北": ("西安", "兰州"),
    "东北": ("沈阳", "大连", "哈尔滨"),
}
REGION_SHARES = (0.34, 0.22, 0.17, 0.11, 0.09, 0.04, 0.03)
TEAM_OF_REGION = {
    "华东": "销售一部",
    "华南": "销售二部",
    "华中": "销售二部",
    "西南": "销售二部",
    "华北": "销售三部",
    "西北": "销售三部",
    "东北": "销售三部",
}

REASONS: tuple[dict[str, float], ...] = (
    {"wrong_contact": 0.34, "information_incomplete": 0.22, "need_unclear": 0.26, "no_reply": 0.18},
    {
        "need_unclear": 0.38,
        "no_reply": 0.22,
        "budget_too_small": 0.16,
        "wrong_contact": 0.12,
        "need_not_matched": 0.12,
    },
    {
        "need_not_discovered": 0.31,
        "followed_up_late": 0.17,
        "need_unclear": 0.15,
        "postponed": 0.12,
        "need_not_matched": 0.11,
        "no_reply": 0.08,
        "budget_too_small": 0.06,
    },
    {
        "proposal_generic": 0.27,
        "competition_price": 0.21,
        "difference_not_shown": 0.17,
        "competition_function": 0.14,
        "postponed": 0.11,
        "budget_frozen": 0.10,
    },
    {
        "competition_price": 0.34,
        "budget_frozen": 0.18,
        "competition_relation": 0.16,
        "long_decision": 0.16,
        "budget_too_small": 0.09,
        "need_changed": 0.07,
    },
)
"""Per stage in which a lead is lost: key of a second-level loss reason -> share."""
COMPETITORS = ("同行甲", "同行乙", "同行丙", "客户自研")

NEEDS = {
    "制造业": ("产线数据采集与看板", "设备点检与维保管理", "质量追溯", "排产与工单协同"),
    "信息技术": ("项目交付管理", "客户成功平台", "工单系统替换", "数据中台咨询"),
    "商务服务": ("合同与回款管理", "多城市团队协同", "服务过程留痕", "客户资料统一"),
    "零售业": ("门店巡检", "会员运营", "库存与补货预警", "渠道价格管控"),
    "医疗健康": ("耗材追溯", "学术活动管理", "经销商管理", "合规留痕"),
}
TITLES = ("采购经理", "技术总监", "总经理", "信息部主任", "生产主管", "运营经理", "行政主管")

# Lunar new year (first day), from published calendars; a year beyond the table simply has no dip.
SPRING_FESTIVALS = {
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
    2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19),
    2035: (2, 8), 2036: (1, 28),
}  # fmt: skip
