"""What the demo company found out about its customers' needs, and which scripts it used for that."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.db.models.functions import Coalesce

from leadloop.analysis.tables import Kind
from leadloop.cli.demo import company
from leadloop.discovery.operations import AnswerRow, write_answers
from leadloop.journal.models import Event
from leadloop.leads.models import COUNTED, Lead
from leadloop.playbook.models import Purpose, ScriptVersion
from leadloop.playbook.operations import write_uses
from leadloop.playbook.queries import for_lead
from leadloop.process.models import Stage

SINCE_DAYS = 200
"""Of older leads nobody wrote the answers down: need discovery was introduced then."""
THOROUGH = 0.74
"""Share of leads that go on to a proposal with all four parts, before what the person adds."""
ASKED = {"s": 0.78, "p": 0.62, "i": 0.3, "n": 0.24}
"""Of the others: implication and payoff are what is left out."""
USED = 0.3
"""Of first contacts, those with a script from the playbook."""

SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "制造业": {
        "s": (
            "两条装配线，三班倒，月产 1.2 万套，机加工有 6 台老设备是 2013 年买的。",
            "做汽车零部件，品种 300 多个，换型每天 4–5 次，排产用 Excel，由计划员一个人排。",
            "厂区去年扩建，设备部 8 个人，设备台账在纸上，备件由仓库另外记。",
        ),
        "p": (
            "主轴那台平均每月停两次，每次半天，配件要等三四天。",
            "尺寸一致性不稳，首件合格，做到后面就漂，靠老师傅调。",
            "计划一变，现场不知道，常常做完了才发现是旧版本图纸。",
        ),
        "i": (
            "停一小时少出 60 套，上个月因为停机晚交了两批，被客户扣了 3.6 万。",
            "返工占工时一成左右，算下来一年 80 万上下，算在车间头上，主任压力很大。",
            "老师傅明年退休，再没有办法，夜班就开不起来。",
        ),
        "n": (
            "停机减一半就能多接一家主机厂的订单，老板说这个数出来就批。",
            "合格率提两个点，一年省 40 万，希望年底前先在一条线上看到。",
            "换型从 40 分钟降到 20 分钟，小批量的单子就敢接了。",
        ),
    },
    "信息技术": {
        "s": (
            "研发 60 人、交付 35 人，项目用自研系统加表格管理，客户资料在各人电脑上。",
            "现用的系统明年 3 月到期，一年 28 万，账号 120 个，每天登录的不到一半。",
            "业务系统五套，订单和回款要人工对，每月 5 号前出不来表。",
        ),
        "p": (
            "同一个客户三个人在跟，互相不知道，报价还不一样。",
            "想看项目毛利要找财务导表，等两三天，数还经常对不上。",
            "改一个审批流要排两个迭代，业务部门已经不提了。",
        ),
        "i": (
            "去年有两个老客户被重复报价，续约时压了 12 个点。",
            "每人每天花四十分钟录数据，95 个人一个月就是 160 多人天。",
            "季度会上用的是上月的数，错过了一次及时止损，亏了 20 多万。",
        ),
        "n": (
            "希望周一早上就能看到上周的数，例会从两小时压到半小时。",
            "离职交接能在当天完成，客户不断线，这是总经理点名要的。",
            "先在交付部用三个月，填表时间减一半就推到全公司。",
        ),
    },
    "商务服务": {
        "s": (
            "顾问 24 人，同时跑 40 个项目，排期靠微信群和一张共享表。",
            "客户以中型企业为主，线索一半靠转介绍，合同和发票由行政一个人管。",
            "三个城市有办公室，报销和工时每月手工汇总一次。",
        ),
        "p": (
            "顾问时间撞车，一个月总有两三次临时换人，客户不高兴。",
            "合同到期没人提醒，去年有 6 个客户是自己断掉的。",
            "投标资料散在各处，每次都从头整理，常常通宵。",
        ),
        "i": (
            "一次换人就多花两天，还丢过一个年框，差不多 30 万。",
            "断掉的客户一年少收 50 万左右，重新开发一个要多花两倍的力气。",
            "投标赶工出过错，因为漏了一份资质直接废标。",
        ),
        "n": (
            "排期能提前两周看清，就可以多接 10% 的项目，不用加人。",
            "到期前两个月有提醒，续约率从七成提到八成半，就算成功。",
            "资料能直接复用，投标准备从五天缩到两天。",
        ),
    },
    "零售业": {
        "s": (
            "直营 18 家、加盟 31 家，收银和会员是两套系统，线上另有小程序。",
            "商品 2,600 个，每周上新 40 个，补货由店长报，总部汇总。",
            "会员 8 万，近三个月来过的两成左右，促销由总部统一发。",
        ),
        "p": (
            "畅销款周末总断货，滞销的压在库里，要到盘点才发现。",
            "活动物料到店，执行到位的一半不到，督导跑不过来。",
            "会员来一次就不来了，只能发短信，退订越来越多。",
        ),
        "i": (
            "周末断货一天少卖一万多，旺季两个月下来二三十万。",
            "过季清仓毛利少 15 个点，去年一年亏在库存上的有 60 万。",
            "复购掉一个点，一年大概少 80 万营业额，加盟商已经有意见。",
        ),
        "n": (
            "断货减一半，估计营业额能多 3 个点，想先在两家店试。",
            "店长每天少填一小时表，用来带新人和做陈列。",
            "国庆前能在 18 家直营店用起来，老板就同意给加盟店推。",
        ),
    },
    "医疗健康": {
        "s": (
            "三个院区，设备科 5 个人管 1,400 台设备，巡检用纸质表。",
            "检验样本一天 900 份，分三个窗口接收，信息靠人工登记。",
            "试剂由各科室自己领，库存每季度盘一次。",
        ),
        "p": (
            "设备报修找不到人，临床催得急，平均两天才有人到。",
            "样本登记错一个字就要重新核对，早高峰排队半小时。",
            "试剂过期年年有，追不到是哪一批、谁领的。",
        ),
        "i": (
            "去年因为停机推迟了 70 多台检查，有患者投诉到卫健委。",
            "登记出错要两个人返查，一个月 30 多个小时，评审时被扣过分。",
            "过期试剂一年报损 18 万，院里要求今年必须降下来。",
        ),
        "n": (
            "报修两小时内有人到，设备科的考核就能过，这是院长的目标。",
            "早高峰排队压到十分钟以内，门诊满意度能提上来。",
            "报损降一半，省下的钱够付三年的费用，财务也会支持。",
        ),
    },
}


@dataclass(frozen=True, slots=True)
class _Way:
    """A lead that came to need discovery."""

    lead_id: int
    industry: str
    owner_id: int | None
    since: datetime
    until: datetime
    went_on: bool


def discover(*, now: datetime) -> None:
    dice = random.Random(company.SEED)  # noqa: S311 - invented data
    skill = {person.name: person.skill for person in company.PEOPLE}
    names = dict(Lead.objects.exclude(owner=None).values_list("owner", "owner__display_name").distinct())
    write_answers(
        rows=[
            row
            for way in _ways(now)
            for row in _answers(way, dice, skill.get(names.get(way.owner_id or 0, ""), 0.0))
        ]
    )
    write_uses(uses=list(_uses(now, dice)))


def _ways(now: datetime) -> Iterator[_Way]:
    since = now - timedelta(days=SINCE_DAYS)
    keys = dict(Stage.objects.values_list("pk", "key"))
    need = [pk for pk, key in keys.items() if key == "need"]
    beyond = [pk for pk, key in keys.items() if key in {"proposal", "negotiation", "signed"}]
    came, left = _first(need), _first(beyond)
    rows = Lead.objects.filter(pk__in=[pk for pk, at in came.items() if at >= since], state__in=COUNTED)
    ended = Coalesce("closed_at", now)
    for pk, industry, owner_id, end in rows.order_by("pk").values_list("pk", "industry", "owner_id", ended):
        until = left.get(pk, end)
        yield _Way(pk, industry, owner_id, came[pk], max(until, came[pk]), pk in left)


def _first(stages: list[int]) -> dict[int, datetime]:
    rows = Event.objects.filter(kind=Kind.STAGE, stage_id__in=stages)
    return dict(rows.order_by().values_list("lead_id").annotate(at=Min("occurred_at")))


def _answers(way: _Way, dice: random.Random, skill: float) -> Iterator[AnswerRow]:
    said = SAID.get(way.industry)
    if said is None or way.owner_id is None:
        return
    thorough = way.went_on and dice.random() < THOROUGH + skill / 4
    place = 0.1
    for part, chance in ASKED.items():
        place += dice.uniform(0.05, 0.2)
        if thorough or dice.random() < chance + skill / 4:
            at = way.since + (way.until - way.since) * min(place, 1.0)
            yield AnswerRow(way.lead_id, part, dice.choice(said[part]), at, way.owner_id)


def _uses(now: datetime, dice: random.Random) -> Iterator[tuple[ScriptVersion, int, int | None, datetime]]:
    """A script of the first contact, by the lead's industry."""
    since = now - timedelta(days=SINCE_DAYS)
    rows = Lead.objects.filter(first_followed_up_at__gte=since, state__in=COUNTED, owner__isnull=False)
    openings: dict[str, tuple[ScriptVersion, ...]] = {}
    for pk, industry, owner_id, at in rows.order_by("pk").values_list(
        "pk", "industry", "owner_id", "first_followed_up_at"
    ):
        if dice.random() >= USED or at is None:
            continue
        if industry not in openings:
            openings[industry] = _openings(industry)
        yield dice.choice(openings[industry]), pk, owner_id, at


def _openings(industry: str) -> tuple[ScriptVersion, ...]:
    found = for_lead(
        industry=industry, grade="", stage_key="screened", language="zh", purpose=Purpose.OPENING
    )
    return tuple(fit.version for fit in found[:3])
