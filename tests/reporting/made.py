"""Results made by hand, with the figures of the golden tables: what a renderer is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from leadloop.analysis.results import (
    Conversion,
    ConversionRow,
    Expected,
    Funnel,
    FunnelRow,
    Population,
    Reason,
)
from leadloop.analysis.scope import Scope
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period

AS_OF = datetime(2026, 7, 31, 4, 0, tzinfo=UTC)
JUNE, MAY = Period.parse("2026-06"), Period.parse("2026-05")
SCOPE = Scope(
    as_of=AS_OF,
    period=JUNE,
    compare=MAY,
    dimensions=(("source",), ("industry", "size"), ("team",)),
    process="general",
)


def wilson(won: int, n: int) -> tuple[float, float]:
    z = 1.959964
    middle = (won + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * (won * (n - won) / n + z * z / 4) ** 0.5
    return middle - half, middle + half


def row(dimension, values, leads, deals, change, priority, **more) -> ConversionRow:
    rate = deals / leads
    made = ConversionRow(
        dimension=dimension,
        value="/".join(value or "" for value in values),
        values=tuple(values),
        leads=leads,
        deals=deals,
        rate=rate,
        rate_interval=wilson(deals, leads),
        compare_leads=leads - 20,
        compare_deals=round((rate - change) * (leads - 20)),
        change=change,
        change_interval=(change - 0.04, change + 0.04),
        change_clear=abs(change) > 0.04,
        priority=priority,
        mature=True,
        small=leads < 20,
        won_amount=deals * 190_000.0,
        average_deal=190_000.0,
        value_rate=rate * 0.9,
        high_value_leads=leads // 5,
        high_value_rate=rate * 1.1,
        median_cycle_days=28.4,
    )
    return replace(made, **more)


def curve() -> tuple[tuple[float, float, float, float], ...]:
    shares = [
        0,
        0.004,
        0.02,
        0.05,
        0.085,
        0.12,
        0.15,
        0.172,
        0.188,
        0.2,
        0.209,
        0.215,
        0.222,
        0.228,
        0.234,
        0.241,
    ]
    return tuple((6.0 * day, share, share * 0.88, share * 1.12) for day, share in enumerate(shares))


def conversion() -> Conversion:
    return Conversion(
        population=Population(
            leads=1000,
            excluded={"invalid": 12, "merged": 3},
            period=JUNE,
            compare=MAY,
            basis="cohort",
            as_of=AS_OF,
        ),
        overall=row("all", (), 1000, 215, 0.017, None),
        rows=(
            row("source", ("官网注册",), 500, 60, 0.012, "medium"),
            row("source", ("展会咨询",), 300, 105, 0.05, "high"),
            row("source", ("渠道转介绍",), 200, 50, -0.02, "medium"),
            row("industry+size", ("制造业", "大型企业"), 150, 45, 0.03, "high"),
            row("industry+size", ("服务业", "中小企业"), 600, 120, 0.005, "medium"),
            row("industry+size", ("零售业", None), 12, 2, 0.0, "medium", mature=False),
            row("team", ("A团队",), 400, 100, 0.04, "none"),
            row("team", ("B团队",), 400, 60, -0.01, "support"),
        ),
        dimension_rates={"source": 0.215, "industry+size": 0.2192, "team": 0.2},
        expected=Expected(90, 0.215, 0.241, (0.213, 0.27), curve()),
        maturity_days=61.0,
        truncated={"source": 4},
        warnings=(msg("A file has no “lost” status: leads stay open."),),
    )


def stage(key, position, entered, lost, reasons, **more) -> FunnelRow:
    rate = None if lost is None else lost / entered
    made = FunnelRow(
        stage=key,
        position=position,
        entered=entered,
        advanced=entered - (lost or 0),
        lost=lost,
        open=0,
        returned=0,
        skipped=0,
        loss_rate=rate,
        loss_interval=None if lost is None else wilson(lost, entered),
        conversion=None if lost is None else 1 - lost / entered,
        cumulative=entered / 1000,
        dwell_median_days=None if lost is None else 5.8,
        dwell_p90_days=None if lost is None else 14.2,
        top_reasons=tuple(Reason(text, count, share) for text, count, share in reasons),
        small=entered < 20,
        compare_entered=round(entered * 0.95) + 20,
        compare_loss_rate=None if rate is None else rate - 0.03,
        loss_change=None if rate is None else 0.03,
        loss_change_interval=None if rate is None else (-0.01, 0.07),
        loss_change_clear=None if rate is None else False,
    )
    return replace(made, **more)


def funnel() -> Funnel:
    return Funnel(
        population=conversion().population,
        rows=(
            stage("captured", 1, 1000, None, ()),
            stage(
                "screened",
                2,
                1000,
                150,
                [("线索信息不全", 60, 0.4), ("客户无明确需求", 53, 0.353), ("联系方式错误", 37, 0.247)],
            ),
            stage(
                "need", 3, 850, 340, [("销售跟进超时", 170, 0.5), ("需求挖掘不深", 102, 0.3), (None, 68, 0.2)]
            ),
            stage("proposal", 4, 510, 153, [("方案同质化", 69, 0.45), ("未突出差异化", 54, 0.353)]),
            stage(
                "negotiation",
                5,
                357,
                107,
                [("竞争对手低价", 43, 0.4), ("决策流程复杂", 37, 0.346)],
                returned=3,
            ),
            stage("signed", 6, 250, None, ()),
        ),
        worst="need",
        warnings=(),
    )
