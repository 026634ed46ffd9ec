"""A visitor sends a form."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from tests.capture.conftest import FIELDS
from tests.cast import Cast
from tests.factories import NOW

from leadloop.capture.models import Consent, PublicForm, Submission
from leadloop.capture.operations import FormFacts, accept, change_form, create_form, inbox, work_off
from leadloop.capture.queries import consent_of
from leadloop.customers.models import Contact
from leadloop.foundation import clock
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.journal.models import Event
from leadloop.leads.models import Lead

pytestmark = pytest.mark.django_db
Forms = Callable[..., PublicForm]
SENT = {"contact": "王敏", "phone": "138 0013 8000", "customer": "云帆智能", "first_need": "三百套"}


def post(form: PublicForm, sent: Any, *, kind: str = "", client: Client | None = None, **headers: str) -> Any:
    path = reverse("capture:public", args=[form.key])
    headers.setdefault("Accept-Language", "en")
    if kind == "json":
        sent, kind = json.dumps(sent), "application/json"
    extra = {"content_type": kind} if kind else {}
    return (client or Client(enforce_csrf_checks=True)).post(path, sent, headers=headers, **extra)


def later(seconds: float = 0) -> Callable[[], Any]:
    return lambda: clock.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize("kind", ["", "application/x-www-form-urlencoded", "json"])
def test_a_submission_becomes_a_lead(a_form: Forms, woken: list[str], kind: str) -> None:
    form = a_form(campaign="春季")
    sent: Any = SENT | {"utm_source": "baidu", "utm_medium": "cpc", "referrer": "https://a.example/"}
    if kind == "application/x-www-form-urlencoded":
        from urllib.parse import urlencode

        sent = urlencode(sent)
    answer = post(form, sent, kind=kind)
    assert answer.status_code == (202 if kind == "json" else 303)
    assert not Lead.objects.exists()
    assert woken == ["look"]

    assert work_off(clock=later()) == 1
    lead = Lead.objects.get()
    assert (lead.customer.name, lead.contact.name) == ("云帆智能", "王敏")
    assert lead.contact.phone_key == "+8613800138000"
    assert (lead.channel.name, lead.source_detail, lead.campaign) == ("官网", "官网咨询", "春季")
    assert (lead.origin.utm_source, lead.origin.utm_medium) == ("baidu", "cpc")
    assert lead.origin.referrer == "https://a.example/"
    assert Event.objects.filter(lead_id=lead.pk, kind="registered").count() == 1
    assert Submission.objects.get().state == "done"
    assert work_off(clock=later()) == 0
    assert Lead.objects.count() == 1


def test_the_hosted_page(a_form: Forms) -> None:
    form = a_form(title="预约演示", consent="我同意隐私政策")
    address = reverse("capture:public", args=[form.key])
    page = Client().get(f"{address}?utm_source=baidu", headers={"Referer": "https://a.example/"})
    text = page.content.decode()
    assert "预约演示" in text
    assert 'name="utm_source" value="baidu"' in text
    assert 'name="referrer" value="https://a.example/"' in text
    assert not page.cookies

    wrong = post(form, {"contact": "王敏", "phone": "abc", "first_need": "<script>alert(1)</script>"})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'value="王敏"' in text
    assert "This is not a phone number." in text
    assert "Please agree" in text
    assert "<script>alert" not in text
    right = post(form, SENT | {"consent": "1", "consent_version": "1"})
    assert right.status_code == 303
    assert "Thank you" in Client().get(right["Location"], headers={"Accept-Language": "en"}).content.decode()


def test_on_to_another_page(a_form: Forms) -> None:
    form = a_form(redirect="https://www.yunfan.example/danke")
    assert post(form, SENT)["Location"] == "https://www.yunfan.example/danke"
    page = Client().get(reverse("capture:public", args=[form.key]))
    assert "form-action 'self' https://www.yunfan.example;" in page["Content-Security-Policy"]
    assert post(form, SENT | {"contact": "李"}, kind="json").json()["redirect"] == form.redirect


class TestConsent:
    def test_the_version_that_was_seen_is_kept(self, a_form: Forms, cast: Cast) -> None:
        form = a_form(consent="第一版")
        seen = consent_of(form)
        assert seen is not None
        facts = FormFacts(name="官网咨询", fields=FIELDS, consent="第二版")
        change_form(form=form, facts=facts, actor=cast.marketing, now=NOW)
        post(form, SENT | {"consent": "on", "consent_version": str(seen.version)})
        post(form, SENT | {"consent": "on", "contact": "李雷"})
        post(form, SENT | {"consent": "on", "contact": "韩梅", "consent_version": "99"})
        work_off(clock=later())
        texts = [consent.text.text for consent in Consent.objects.order_by("id").select_related("text")]
        assert texts == ["第一版", "第二版", "第二版"]

    def test_without_it_nothing_is_kept(self, a_form: Forms) -> None:
        form = a_form(consent="我同意")
        answer = post(form, SENT, kind="json")
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "/consent", "detail": "Please agree to this first."}]
        assert not Submission.objects.exists()

    def test_saving_the_same_text_is_no_version(self, a_form: Forms, cast: Cast) -> None:
        form = a_form(consent="我同意")
        change_form(
            form=form,
            facts=FormFacts(name="x", fields=FIELDS, consent=" 我同意 "),
            actor=cast.ops,
            now=NOW,
        )
        assert [one.version for one in form.consents.all()] == [1]


def test_sent_twice_is_one_lead(a_form: Forms) -> None:
    form = a_form()
    for _ in range(3):
        assert post(form, SENT).status_code == 303
    post(form, SENT | {"phone": "１３８ 0013 8000"})
    work_off(clock=later())
    states = list(Submission.objects.order_by("id").values_list("state", flat=True))
    assert states == ["done", "double", "double", "double"]
    assert Lead.objects.count() == 1
    assert set(Submission.objects.values_list("lead", flat=True)) == {Lead.objects.get().pk}


def test_the_same_words_the_next_day_are_a_new_lead(a_form: Forms) -> None:
    form = a_form()
    for day in (0, 1):
        accept(form=form, sent=SENT, address="1.2.3.4", now=NOW + timedelta(days=day))
    work_off(clock=later(86_400))
    assert Lead.objects.count() == 2


def test_a_robot_is_thanked_and_makes_no_lead(a_form: Forms) -> None:
    form = a_form()
    assert post(form, SENT | {"website": "http://spam.example"}).status_code == 303
    work_off(clock=later())
    assert not Lead.objects.exists()
    kept = Submission.objects.get()
    assert (kept.state, kept.values) == ("trap", {})


def test_too_much_from_one_address(a_form: Forms) -> None:
    form = a_form(hourly=3)
    answers = [post(form, SENT | {"contact": f"王{n}"}, kind="json") for n in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert int(answers[3]["Retry-After"]) > 0
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert post(form, SENT, kind="json", client=elsewhere).status_code == 202
    assert Submission.objects.count() == 4
    page = post(form, SENT | {"contact": "王五"})
    assert page.status_code == 429
    assert 'value="王五"' in page.content.decode()
    assert "127.0.0.1" not in str(list(Submission.objects.values()))


class TestOrigins:
    def test_only_named_websites(self, a_form: Forms) -> None:
        form = a_form(origins=["HTTPS://www.Yunfan.example/", "http://localhost:3000"])
        assert form.origins == ["https://www.yunfan.example", "http://localhost:3000"]
        allowed = post(form, SENT, kind="json", Origin="https://www.yunfan.example")
        assert allowed.status_code == 202
        assert allowed["Access-Control-Allow-Origin"] == "https://www.yunfan.example"
        for origin in ("https://evil.example", "null", "https://www.yunfan.example.evil.example"):
            refused = post(form, SENT, kind="json", Origin=origin)
            assert refused.status_code == 403
            assert "Access-Control-Allow-Origin" not in refused
        assert (
            post(form, SENT | {"contact": "李"}, kind="json", Origin="http://testserver").status_code == 202
        )
        assert Submission.objects.count() == 2

    def test_the_browser_asks_first(self, a_form: Forms) -> None:
        form = a_form(origins=["https://a.example"])
        path = reverse("capture:public", args=[form.key])
        answer = Client().options(path, headers={"Origin": "https://a.example"})
        assert answer["Access-Control-Allow-Headers"] == "Content-Type"
        assert "Origin" in answer["Vary"]
        other = Client().options(path, headers={"Origin": "https://b.example"})
        assert "Access-Control-Allow-Origin" not in other

    @pytest.mark.parametrize("text", ["ftp://a.example", "https://", "a b", "https://a.example:port", "//"])
    def test_what_is_no_website(self, a_form: Forms, text: str) -> None:
        with pytest.raises(DataError) as caught:
            a_form(origins=[text])
        assert caught.value.field == "origins"


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            ("{", "application/json", 400),
            ("[1]", "application/json", 400),
            ("null", "application/json", 400),
            ("[" * 100_000, "application/json", 400),
            ('{"contact": "\\ud800"}', "application/json", 400),
            (b"\xff\xfe\x00", "application/json", 400),
            ("contact=a", "text/plain", 415),
            ("<xml/>", "application/xml", 415),
            ("a" * 5_000_000, "application/json", 413),
            ("contact=" + "a" * 5_000_000, "application/x-www-form-urlencoded", 413),
            ("broken", "multipart/form-data; boundary=x", 422),
            ("&".join(f"f{n}=1" for n in range(2000)), "application/x-www-form-urlencoded", 400),
        ],
    )
    def test_what_cannot_be_read(self, a_form: Forms, body: Any, kind: str, status: int) -> None:
        answer = post(a_form(), body, kind=kind)
        assert answer.status_code == status, answer.content[:300]
        assert not Submission.objects.exists()

    def test_extra_and_missing_fields(self, a_form: Forms) -> None:
        form = a_form()
        extra = {"colour": "red", "owner": "admin", "grade": "A", "state": "won", "id": "1", "consent": "1"}
        assert post(form, SENT | extra, kind="json").status_code == 202
        assert set(Submission.objects.get().values) == {field["name"] for field in FIELDS}
        missing = post(form, {"customer": "云帆"}, kind="json")
        assert [error["pointer"] for error in missing.json()["errors"]] == ["/contact", "/phone"]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("phone", "无"),
            ("email", "wang@"),
            ("customer", "云" * 201),
            ("first_need", "证件 11010519491231002X"),
            ("phone", "6222021234567890128"),
        ],
    )
    def test_a_field_that_is_not_right(self, a_form: Forms, name: str, text: str) -> None:
        answer = post(a_form(), SENT | {name: text}, kind="json")
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
        assert "6222" not in answer.content.decode()
        assert "1949" not in answer.content.decode()
        assert not Submission.objects.exists()

    def test_values_of_other_kinds(self, a_form: Forms) -> None:
        form = a_form()
        assert post(form, SENT | {"customer": ["a"], "email": {"a": 1}}, kind="json").status_code == 202
        assert post(form, SENT | {"phone": 13800138000}, kind="json").status_code == 202
        work_off(clock=later())
        assert Contact.objects.filter(phone_key="+8613800138000").exists()

    def test_odd_texts_arrive_as_they_are(self, a_form: Forms) -> None:
        form = a_form()
        odd = {
            "contact": "𠮷野🚀",
            "customer": "ＡＢＣ有限公司\0",
            "first_need": "<script>x</script>",
            "phone": "+1 415 555 2671",
        }
        assert post(form, odd, kind="json").status_code == 202
        work_off(clock=later())
        lead = Lead.objects.get()
        assert (lead.contact.name, lead.first_need) == ("𠮷野🚀", "<script>x</script>")
        assert "\0" not in lead.customer.name

    def test_a_form_that_is_closed_or_unknown(self, a_form: Forms) -> None:
        form = a_form(active=False)
        assert post(form, SENT, kind="json").status_code == 410
        assert Client().get(reverse("capture:public", args=[form.key])).status_code == 410
        assert Client().get(reverse("capture:public", args=["nothing"])).status_code == 404


class TestInbox:
    def test_a_killed_worker_leaves_no_half(self, a_form: Forms, monkeypatch: pytest.MonkeyPatch) -> None:
        form = a_form()
        for number in range(6):
            post(form, SENT | {"contact": f"王{number}"})
        whole, calls = inbox._register, iter(range(100))

        def dies(found: Submission, now: Any) -> None:
            whole(found, now)
            if next(calls) == 3:
                raise KeyboardInterrupt

        monkeypatch.setattr(inbox, "_register", dies)
        with pytest.raises(KeyboardInterrupt):
            work_off(clock=later())
        assert Lead.objects.count() == Submission.objects.filter(state="done").count() == 3
        monkeypatch.setattr(inbox, "_register", whole)
        assert work_off(clock=later()) == 3
        assert Lead.objects.count() == 6

    def test_one_that_cannot_be_made_does_not_hold_up_the_rest(
        self, a_form: Forms, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = a_form()
        for name in ("王", "李", "赵"):
            post(form, SENT | {"contact": name})
        whole = inbox._register

        def fails(found: Submission, now: Any) -> None:
            if found.values["contact"] == "李":
                raise RuntimeError
            whole(found, now)

        monkeypatch.setattr(inbox, "_register", fails)
        assert work_off(clock=later()) == 2
        assert Submission.objects.get(state="waiting").values["contact"] == "李"

    def test_what_the_rules_refuse_is_kept_with_the_reason(self, a_form: Forms) -> None:
        form = a_form()
        # Accepted when the rules were laxer; the operation is the last word.
        Submission.objects.create(
            form=form, received_at=NOW, values={"contact": "王", "email": "nope"}, address="", fingerprint="x"
        )
        assert work_off(clock=later()) == 1
        kept = Submission.objects.get()
        assert (kept.state, kept.problem["field"]) == ("failed", "email")


def test_the_worker_lets_a_burst_pass(a_form: Forms) -> None:
    form = a_form(hourly=0)
    for number in range(30):
        accept(form=form, sent=SENT | {"contact": f"王{number}"}, address="", now=NOW)
    moments = [NOW]

    def pause(seconds: float) -> None:
        assert not Lead.objects.exists()
        moments.append(moments[-1] + timedelta(seconds=seconds))

    assert work_off(clock=lambda: moments[-1], pause=pause) == 30
    assert moments[-1] == NOW + timedelta(seconds=1)


def test_a_burst_without_end_is_worked_off_all_the_same(a_form: Forms) -> None:
    form = a_form(hourly=0)
    for number in range(30):
        accept(form=form, sent=SENT | {"contact": f"王{number}"}, address="", now=NOW)
    pauses: list[float] = []
    assert work_off(clock=lambda: NOW, pause=pauses.append) == 30
    assert sum(pauses) == inbox.PATIENCE


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_many_at_once(a_form: Forms) -> None:
    """Every accepted one is stored, and becomes exactly one lead, with two workers at it."""
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("the test database of SQLite lives in one connection")
    form = a_form(hourly=0)
    accepted: list[int] = []

    def send(share: int) -> None:
        try:
            for number in range(25):
                answer = post(form, SENT | {"contact": f"王{share}-{number}"}, kind="json")
                accepted.append(answer.status_code)
        finally:
            connections.close_all()

    def work() -> None:
        try:
            for _ in range(20):
                work_off(clock=later())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(share,)) for share in range(4)]
    threads += [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_off(clock=later())
    assert accepted.count(202) == 100
    assert Submission.objects.filter(state="done").count() == 100
    assert Lead.objects.count() == 100


class TestBuilder:
    def test_who_builds(self, cast: Cast, client_for: Callable[..., Client]) -> None:
        for person, status in ((cast.owner, 403), (cast.exec, 403), (cast.marketing, 200), (cast.ops, 200)):
            assert client_for(person).get(reverse("capture:forms")).status_code == status
        with pytest.raises(NotAllowed):
            create_form(facts=FormFacts(name="x", fields=FIELDS), actor=cast.owner, now=NOW)

    def test_build_change_and_look(self, cast: Cast, client_for: Callable[..., Client]) -> None:
        browser = client_for(cast.marketing)
        data = {
            "name": "官网", "order": ["phone", "contact", "first_need"],
            "ask-phone": "on", "ask-contact": "on", "required-phone": "on",
            "label-contact": "怎么称呼您", "hourly": "20", "active": "on",
            "origins": "https://a.example\nb.example", "consent": "我同意",
        }  # fmt: skip
        answer = browser.post(reverse("capture:new"), data)
        assert answer.status_code == 302
        form = PublicForm.objects.get()
        assert [(field["name"], field["label"], field["required"]) for field in form.fields] == [
            ("phone", "", True),
            ("contact", "怎么称呼您", False),
        ]
        assert form.origins == ["https://a.example", "https://b.example"]
        page = browser.get(reverse("capture:form", args=[form.pk])).content.decode()
        assert f"data-form=&quot;{form.key}&quot;" in page
        assert "我同意" in page
        assert browser.get(reverse("capture:forms")).status_code == 200

        moved = browser.post(reverse("capture:edit", args=[form.pk]), data | {"up": "contact", "name": "新"})
        text = moved.content.decode()
        assert moved.status_code == 200
        assert text.index('name="ask-contact" checked') < text.index('name="ask-phone" checked')
        assert 'value="新"' in text
        form.refresh_from_db()
        assert form.name == "官网"

    def test_nobody_could_be_reached(self, cast: Cast, client_for: Callable[..., Client]) -> None:
        answer = client_for(cast.ops).post(
            reverse("capture:new"), {"name": "x", "order": ["contact"], "ask-contact": "on", "hourly": "1"}
        )
        assert answer.status_code == 422
        assert PublicForm.objects.count() == 0


def test_the_script_and_the_definition(a_form: Forms) -> None:
    form = a_form(consent="我同意", origins=["https://a.example"])
    script = Client().get(reverse("capture:embed"))
    assert script["Content-Type"].startswith("text/javascript")
    found = Client().get(
        reverse("capture:definition", args=[form.key]), headers={"Origin": "https://a.example"}
    )
    assert found["Access-Control-Allow-Origin"] == "https://a.example"
    assert [field["name"] for field in found.json()["fields"]] == [field["name"] for field in FIELDS]
    assert found.json()["fields"][1]["label"] == "电话"
    assert found.json()["consent"] == {"text": "我同意", "version": 1}


def test_the_leads_page_says_where_it_came_from(
    a_form: Forms, cast: Cast, client_for: Callable[..., Client]
) -> None:
    form = a_form(consent="我同意隐私政策")
    post(form, SENT | {"consent": "1", "utm_source": "baidu", "page": "https://a.example/p"})
    work_off(clock=later())
    lead = Lead.objects.get()
    page = client_for(cast.ops).get(reverse("leads:detail", args=[lead.number])).content.decode()
    for known in ("官网咨询", "baidu", "https://a.example/p", "我同意隐私政策"):
        assert known in page


def test_it_arrives_graded_and_owned(a_form: Forms) -> None:
    """The way of every new lead: somebody gets it, and the clock of the first response runs from then on."""
    post(a_form(), SENT)
    work_off(clock=later())
    lead = Lead.objects.get()
    assert lead.owner is not None
    assert lead.assigned_at is not None
    assert lead.first_followed_up_at is None
    kinds = list(Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True))
    assert kinds[0] == "registered"
    assert "assigned" in kinds
