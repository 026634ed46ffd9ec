"""Names, phones and e-mails as they really come: what is read, what is refused, what is kept as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import NOW

from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts, add_contact, check, find_or_create
from leadloop.customers.queries import similar
from leadloop.customers.rules import company_key, name_keys, parse, sound_key
from leadloop.foundation.errors import DataError
from leadloop.foundation.text import email_key, phone_key
from leadloop.intake.phones import phone_key as read_from_file

MOBILE, LANDLINE = "+8613800138000", "+861062345678"

REAL = {
    "13800138000": MOBILE,
    "138 0013 8000": MOBILE,
    "138-0013-8000": MOBILE,
    "138.0013.8000": MOBILE,
    "+86 138 0013 8000": MOBILE,
    "0086 13800138000": MOBILE,
    "86-138-0013-8000": MOBILE,
    "（+86）13800138000": MOBILE,
    "１３８－００１３－８０００": MOBILE,
    "+86‑138‑0013‑8000": MOBILE,
    "013800138000": MOBILE,
    "手机：13800138000": MOBILE,
    "138 0013 8000 (张三)": MOBILE,
    "13800138000 / 13900139000": MOBILE,
    "13800138000；010-62345678": MOBILE,
    "13800138000.0": MOBILE,
    "010-62345678": LANDLINE,
    "（010）6234 5678": LANDLINE,
    "Tel: 010-62345678-801": LANDLINE,
    "010-6234 5678 转 801": LANDLINE,
    "+86 10 6234 5678 ext. 12": LANDLINE,
    "400-800-8888": "+864008008888",
    "+1 (415) 555-2671": "+14155552671",
    "00852 2345 6789": "+85223456789",
    "+44 20 7946 0958": "+442079460958",
    "无 / 13800138000": MOBILE,
}

BROKEN = [
    "", " ", "无", "暂无", "-", "0", "000", "N/A", "null", "#REF!", "电话", "微信号 zhang",
    "1380013800", "138001380001", "12345678901", "12800138000", "11111111111", "00000000000",
    "99999999999", "138O0138000", "1380013800a", "1.38E+10", "19e10", "+86", "++86", "+999123456789",
    "138-0013", "张三", "😀😀😀😀😀😀😀", "1" * 200, "13800138000138001380001", "a@b.cn",
    "\x00", "<script>1</script>",
]  # fmt: skip


@pytest.mark.pure
@pytest.mark.parametrize(("text", "key"), REAL.items())
def test_a_real_number_has_one_key_at_every_door(text: str, key: str) -> None:
    assert phone_key(text) == key
    assert read_from_file(text) == key


@pytest.mark.pure
@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_number_matches_nothing(text: str) -> None:
    assert phone_key(text) == ""
    assert read_from_file(text) is None


@pytest.mark.pure
@given(st.text(max_size=60))
def test_any_text_has_keys(text: str) -> None:
    assert phone_key(phone_key(text)) == phone_key(text)
    key = company_key(text)
    assert len(key) <= 60
    assert bool(key) == bool(text.strip())
    assert len(sound_key(key)) <= 60
    parse(text)
    email_key(text)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("张三@华信.中国", "张三@华信.中国"),
        ("jürgen@müller.example", "jürgen@müller.example"),
        ("ＺＨＡＮＧ＠ｈｕａｘｉｎ．ｃｎ", "zhang@huaxin.cn"),
        ("zhang@huaxin。cn", ""),
        ("zhang huaxin.cn", ""),
        ("zhang@", ""),
        ("@huaxin.cn", ""),
        ("zhang@huaxin", ""),
    ],
)
def test_addresses_in_any_script(text: str, key: str) -> None:
    assert email_key(text) == key


@pytest.mark.pure
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("深圳市华信科技有限公司", "华信科技"),
        ("華信科技股份有限公司", "华信科技"),
        ("华信科技（深圳）有限公司", "深圳华信科技"),
        ("ＨＸ　Ｔｅｃｈ Co., Ltd.", "hx tech"),
        ("广西壮族自治区柳州市国联运输集团有限公司", "国联运输"),
        ("华信科技有限公司合肥分公司", "华信科技"),
        ("😀华信科技😀", "华信科技"),
    ],
)
def test_two_writings_of_a_company_have_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.pure
@pytest.mark.parametrize(
    "name", ["北京银行", "广州国际货运公司", "有限公司", "中国", "省", "😀", "（）", "A", "株式会社", "Ltd"]
)
def test_a_name_is_never_stripped_to_nothing(name: str) -> None:
    assert company_key(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "🏭 华信 😀",
        "Ｈｕａｘｉｎ（中国）",
        "<script>alert(1)</script>",
        "华" * 200,
        'O\'Brien "& Sons"',
        "%_\\",
        "١٢٣",
    ],
)
def test_a_name_is_kept_as_written_and_found_again(name: str) -> None:
    customer = find_or_create(name=name, now=NOW)
    assert customer.name == name
    assert find_or_create(name=name, now=NOW) == customer
    if len(company_key(name)) > 1:
        assert customer.pk in {found.customer_id for found in similar(name=name)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "华" * 201}, "customer"),
        ({"credit_code": "91350100M000100Y44"}, "credit_code"),
        ({"contact": ContactFacts(name="张" * 121)}, "contact"),
        ({"contact": ContactFacts(phone="1" * 41)}, "phone"),
        ({"contact": ContactFacts(phone="无")}, "phone"),
        ({"contact": ContactFacts(email="zhang@huaxin")}, "email"),
    ],
)
def test_what_is_refused_names_its_field(facts: dict[str, object], field: str) -> None:
    with pytest.raises(DataError) as refused:
        check(**{"name": "华信", "credit_code": "", "contact": ContactFacts(), **facts})
    assert refused.value.field == field
    assert str(refused.value)


@pytest.mark.django_db
def test_two_broken_numbers_do_not_make_one_customer_of_two() -> None:
    for name in ("华信", "恒通"):
        customer = find_or_create(name=name, now=NOW)
        add_contact(customer=customer, facts=ContactFacts(name="张三", phone="11111111111"), now=NOW)
    assert Contact.objects.filter(phone_key="").count() == 2
    assert similar(phone="11111111111") == []


@pytest.mark.django_db
def test_similar_with_nothing_or_anything() -> None:
    Customer.objects.create(name="华信科技有限公司", created_at=NOW, **name_keys("华信科技有限公司"))
    assert similar() == []
    for text in ("", " ", "%", "_", "\0", "'", '"', "华", "😀", "华" * 5_000, "\udcff"[:0], "a" * 10_000):
        similar(name=text, phone=text, email=text, credit_code=text)
    assert [found.score for found in similar(name="华信科枝有限公司")] == [0.75]
    assert [found.score for found in similar(name="华欣科技")] == [0.85]
