"""Names put together from parts: places, invented brands, trades, legal forms; people and addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]

FIRST = {
    "启": "qi", "瑞": "rui", "恒": "heng", "博": "bo", "云": "yun", "华": "hua", "鼎": "ding", "睿": "rui",
    "嘉": "jia", "凌": "ling", "晟": "sheng", "泽": "ze", "远": "yuan", "卓": "zhuo", "创": "chuang",
    "宏": "hong", "景": "jing", "朗": "lang", "澄": "cheng", "硕": "shuo", "翎": "ling", "沐": "mu",
    "岚": "lan", "芯": "xin",
}  # fmt: skip
SECOND = {
    "拓": "tuo", "维": "wei", "航": "hang", "讯": "xun", "源": "yuan", "迪": "di", "科": "ke", "达": "da",
    "诺": "nuo", "驰": "chi", "信": "xin", "泰": "tai", "凯": "kai", "锐": "rui", "安": "an", "岭": "ling",
    "桥": "qiao", "图": "tu", "格": "ge", "川": "chuan", "禾": "he", "微": "wei", "峰": "feng", "润": "run",
}  # fmt: skip
TRADES = {
    "制造业": ("精密机械", "智能装备", "自动化设备", "新材料", "电子元件", "模具"),
    "信息技术": ("信息技术", "软件", "网络科技", "数据科技", "智能科技"),
    "商务服务": ("企业管理", "物流", "人力资源", "会展服务", "咨询"),
    "零售业": ("商贸", "供应链", "食品", "家居", "服饰"),
    "医疗健康": ("医疗器械", "生物科技", "健康管理", "医药"),
}
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")
SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao",
    "黄": "huang", "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "胡": "hu", "朱": "zhu", "高": "gao",
    "林": "lin", "郭": "guo", "梁": "liang", "宋": "song", "郑": "zheng", "谢": "xie", "韩": "han",
    "唐": "tang", "曹": "cao",
}  # fmt: skip
GIVEN = (
    "伟", "敏", "静", "磊", "洋", "婷", "勇", "艳", "杰", "娟", "涛", "霞", "超", "丽娜", "志强", "晓东",
    "雨桐", "子涵", "建国", "海燕", "文静", "思琪", "浩然", "欣怡", "明辉", "佳慧", "国栋", "春梅", "俊峰",
    "雪莹", "立新", "晨曦",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Parallel arrays, one entry per customer."""

    name: Words
    domain: Words
    contact: Words
    surname: Words
    phone: Words


def companies(*, rng: np.random.Generator, city: Words, industry: Words, start: int = 0) -> Company:
    """One company for each pair of city and industry.

    The pair of brand syllables runs through all combinations before one comes twice, so that
    two customers share a name only by city, trade and legal form as well, as real ones do.
    """
    count = len(city)
    first, second = np.array(list(FIRST), object), np.array(list(SECOND), object)
    pair = (np.arange(start, start + count, dtype=np.int64) * 5_003) % (len(first) * len(second))
    head, tail = pair // len(second), pair % len(second)
    trade = np.empty(count, object)
    for name, words in TRADES.items():
        rows = industry == name
        trade[rows] = rng.choice(np.array(words, object), int(rows.sum()))
    form = rng.choice(np.array(FORMS, object), count)
    brand = first[head] + second[tail]
    latin = np.array(list(FIRST.values()), object)[head] + np.array(list(SECOND.values()), object)[tail]
    number = np.arange(start, start + count).astype(str).astype(object)
    surname = rng.integers(0, len(SURNAMES), count)
    return Company(
        name=city + brand + trade + form,
        domain=latin + number + ".example",
        contact=np.array(list(SURNAMES), object)[surname] + rng.choice(np.array(GIVEN, object), count),
        surname=np.array(list(SURNAMES.values()), object)[surname],
        phone=phones(np.arange(start, start + count, dtype=np.int64)),
    )


def phones(numbers: Numbers) -> Words:
    """Mobile numbers of a form that is not given out: 1PP 0000 NNNN, and 1PP 00NN NNNN beyond 200,000."""
    prefix = np.array([f"1{tens}{ones}" for tens in (8, 9) for ones in range(10)], object)
    rest: Words = np.char.zfill((numbers // len(prefix)).astype(str), 8).astype(object)
    found: Words = prefix[numbers % len(prefix)] + rest
    return found
