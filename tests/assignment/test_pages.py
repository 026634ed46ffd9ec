"""The pages as people use them, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.assignment.desk import arrives, pool_rules, publish
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours, loss_reason

from leadloop.assignment.models import Absence, ConflictCase, ReturnWarning, Seller
from leadloop.assignment.operations import claim, sweep
from leadloop.foundation import clock
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process, policy

For = Callable[..., Client]
EN = {"HTTP_ACCEPT_LANGUAGE": "en"}
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "li#pool-1"}


@pytest.fixture
def visit(client_for: For) -> Callable[[User], Client]:
    def make(user: User) -> Client:
        User.objects.filter(pk=user.pk).update(language="en")
        user.language = "en"
        return client_for(user, **EN)

    return make


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]


OPEN_TO = {
    "pool": {"owner", "teammate", "stranger", "manager", "other_manager", "ops"},
    "rules": {"manager", "other_manager", "ops"},
    "fairness": {"manager", "other_manager", "ops"},
    "people": {"manager", "other_manager", "ops"},
    "conflicts": {"manager", "other_manager", "ops"},
    "pools": {"ops"},
    "rule_new": {"ops"},
    "rules_general": {"ops"},
    "pools_general": {"ops"},
    "pool_new": {"ops"},
}


@pytest.mark.parametrize("name", OPEN_TO)
def test_who_may_open_what(cast: Cast, visit: Callable[[User], Client], name: str) -> None:
    address = reverse(f"assignment:{name}")
    people = cast.everybody()
    answers = {who: visit(user).get(address).status_code for who, user in people.items()}
    assert {who for who, status in answers.items() if status == 200} == OPEN_TO[name]
    assert set(answers.values()) <= {200, 403, 404}


class TestPool:
    def test_it_shows_what_the_pool_says_and_hides_the_contact(
        self, cast: Cast, visit: Callable[[User], Client]
    ) -> None:
        a_lead(
            customer="甲公司",
            contact="张伟",
            phone="13912345678",
            industry="机械",
            first_need="三台机床",
            grade="A",
        )
        page = text(visit(cast.owner).get("/pool/"))
        assert "甲公司" in page
        assert "三台机床" in page
        assert "张伟" not in page
        assert "1391234" not in page

    def test_a_pool_that_hides_customers(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        pool_rules(shown_before_claim=["industry"])
        a_lead(customer="甲公司", industry="机械", first_need="三台机床")
        page = text(visit(cast.owner).get("/pool/"))
        assert "甲公司" not in page
        assert "三台机床" not in page
        assert "机械" in page

    def test_claimed_in_place(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        lead = a_lead(phone="13912345678")
        answer = visit(cast.owner).post(f"/pool/{lead.pk}/claim/", **HTMX)
        assert answer.status_code == 200
        assert "Yours now." in text(answer)
        assert "13912345678" in text(answer)
        assert Lead.objects.get().owner == cast.owner

    def test_who_comes_too_late_reads_it_in_the_row(
        self, cast: Cast, visit: Callable[[User], Client]
    ) -> None:
        lead = a_lead()
        claim(lead=lead, actor=cast.owner, now=clock.now())
        answer = visit(cast.stranger).post(f"/pool/{lead.pk}/claim/", **HTMX)
        assert answer.status_code == 409
        assert "Owner was faster" in text(answer)
        assert f'id="pool-{lead.pk}"' in answer.content.decode()

    def test_without_scripts_a_claim_leads_to_the_lead(
        self, cast: Cast, visit: Callable[[User], Client]
    ) -> None:
        lead = a_lead()
        answer = visit(cast.owner).post(f"/pool/{lead.pk}/claim/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == reverse("leads:detail", args=[lead.number])

    def test_details_and_their_daily_limit(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        pool_rules(daily_views=1)
        first, second = a_lead(), a_lead()
        client = visit(cast.owner)
        assert "You can open 0 more leads today" in text(client.get(f"/pool/{first.pk}/"))
        assert client.get(f"/pool/{first.pk}/").status_code == 200
        assert client.get(f"/pool/{second.pk}/").status_code == 409

    def test_what_goes_back_soon(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        lead = a_lead(owner=cast.owner, grade="A", customer="甲公司")
        sweep(now=NOW + hours(5 * 24))
        assert ReturnWarning.objects.get().lead == lead
        for user, sees in (
            (cast.owner, True),
            (cast.manager, True),
            (cast.stranger, False),
            (cast.teammate, False),
        ):
            assert ("甲公司" in text(visit(user).get("/pool/"))) is sees

    def test_grades_and_pages_of_nonsense(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        a_lead(grade="A", customer="甲公司")
        client = visit(cast.owner)
        assert "甲公司" in text(client.get("/pool/?grade=A"))
        assert "甲公司" not in text(client.get("/pool/?grade=B"))
        for query in ("page=-1", "page=x", "page=99999999999", "pool=nothing"):
            assert client.get(f"/pool/?{query}").status_code == 200

    def test_its_queries_do_not_grow_with_its_rows(
        self,
        cast: Cast,
        visit: Callable[[User], Client],
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        client = visit(cast.owner)
        for _ in range(30):
            a_lead(grade="A")
        client.get("/pool/")
        with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
            client.get("/pool/")


class TestRules:
    RULE = {
        "name": "华东机械",
        "region": "华东、上海",
        "industry": "机械",
        "share": "round_robin",
        "when_full": "next",
        "quota_leads": "10",
        "quota_days": "1",
    }

    def test_edited_tried_and_published(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.ops)
        answer = client.post("/assignment/rules/new/", {**self.RULE, "teams": [cast.south.pk]})
        assert answer.status_code == 302, text(answer)
        page = text(client.get("/assignment/"))
        assert "Not published yet" in page
        assert "华东、上海" in page
        assert "at most 10 a person and day" in page
        assert arrives("甲", region="上海", industry="机械").owner is not None
        assert policy(default_process(), "assignment")["rules"] == []
        client.post("/assignment/rules/change/", {"do": "publish"})
        (rule,) = policy(default_process(), "assignment")["rules"]
        assert rule["when"] == {"region": ["华东", "上海"], "industry": ["机械"]}
        assert rule["quota"] == {"leads": 10, "days": 1}
        assert arrives("乙", region="上海", industry="机械").owner == cast.stranger

    def test_the_rehearsal_shows_the_distribution(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        for n in range(9):
            a_lead(owner=cast.owner, grade="A", now=NOW + hours(n))
        publish({"key": "s", "when": {}, "teams": [cast.south.pk]})
        before = Lead.objects.filter(owner=cast.owner).count()
        page = text(visit(cast.ops).get("/assignment/?try=1&period=2026-06"))
        assert "9 leads would have gone to 1 person" in page
        assert "gave 9 leads in the trial" in page
        assert Lead.objects.filter(owner=cast.owner).count() == before

    def test_moved_and_removed_and_thrown_away(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        publish({"key": "a", "name": "甲", "when": {}}, {"key": "b", "name": "乙", "when": {}})
        client = visit(cast.ops)
        client.post("/assignment/rules/change/", {"do": "down", "place": "0"})
        page = text(client.get("/assignment/"))
        assert page.index("乙") < page.index("甲")
        client.post("/assignment/rules/change/", {"do": "remove", "place": "0"})
        assert "乙" not in text(client.get("/assignment/"))
        client.post("/assignment/rules/change/", {"do": "discard"})
        assert "乙" in text(client.get("/assignment/"))
        for place in ("7", "-1", "x", ""):
            assert client.post("/assignment/rules/change/", {"do": "up", "place": place}).status_code == 404

    def test_somebody_else_published_meanwhile(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.ops)
        client.post("/assignment/rules/new/", self.RULE)
        publish({"key": "x", "when": {}})
        answer = client.post("/assignment/rules/change/", {"do": "publish"})
        assert answer.status_code == 409
        assert [rule["key"] for rule in policy(default_process(), "assignment")["rules"]] == ["x"]

    def test_a_broken_rule_is_shown_as_broken(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        broken = {
            "rules": [
                {"key": "b", "when": {"turnover": ["1亿"]}},
                {"key": "gone", "when": {}, "people": [99999]},
                7,
            ]
        }
        publish_policies(process=default_process(), changes={"assignment": broken}, actor=None, now=NOW)
        page = text(visit(cast.ops).get("/assignment/"))
        assert "It asks for “turnover”, which leads do not have any more." in page
        assert "Everybody whom it names has left." in page
        assert "It cannot be read." in page
        for place in (0, 1, 2):
            assert visit(cast.ops).get(f"/assignment/rules/{place}/").status_code == 200

    def test_the_general_rules(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.ops)
        data = {"open_leads_per_person": "30", "otherwise": "pool", "then": "fewest_open"}
        assert client.post("/assignment/rules/general/", data).status_code == 302
        client.post("/assignment/rules/change/", {"do": "publish"})
        found = policy(default_process(), "assignment")
        assert (found["open_leads_per_person"], found["otherwise"], found["skip_absent"]) == (
            30,
            "pool",
            False,
        )


class TestTeam:
    def test_who_got_what_opens_to_the_leads(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        for n in range(3):
            a_lead(owner=cast.owner, grade="A", number=f"G{n}")
        a_lost_lead(owner=cast.teammate, grade="B")
        client = visit(cast.manager)
        page = client.get("/assignment/fairness/?period=2026-06")
        assert "In 2026-06 4 leads went to 3 people, from 0 to 3 each." in text(page)
        assert "Stranger" not in text(page)
        link = re.search(r'href="(/assignment/given/[^"]*grade=A[^"]*)"', page.content.decode())
        assert link is not None
        behind = text(client.get(link[1].replace("&amp;", "&")))
        assert all(f"G{n}" in behind for n in range(3))
        assert "3 leads" in behind

    def test_of_other_teams_nothing_is_told(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        a_lead(owner=cast.stranger, number="THEIRS")
        client = visit(cast.manager)
        assert client.get(f"/assignment/given/?person={cast.stranger.pk}&period=2026-06").status_code == 404
        for name in ("person", "absence", "hand_over"):
            assert client.get(reverse(f"assignment:{name}", args=[cast.stranger.pk])).status_code == 404

    def test_caps_industries_and_absences(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.manager)
        client.post(
            f"/assignment/people/{cast.owner.pk}/",
            {"takes_leads": "on", "open_leads": "5", "industries": "机械，化工"},
        )
        assert Seller.objects.get(person=cast.owner).open_leads == 5
        days = {"first_day": "2099-01-01", "last_day": "2099-01-05", "note": "年假"}
        assert client.post(f"/assignment/people/{cast.owner.pk}/absence/", days).status_code == 302
        wrong = client.post(
            f"/assignment/people/{cast.owner.pk}/absence/", {**days, "last_day": "2098-01-01"}
        )
        assert wrong.status_code == 422
        assert "The last day is before the first." in text(wrong)
        page = text(client.get("/assignment/people/"))
        assert "01-01 – 01-05" in page
        assert "化工" in page
        client.post(f"/assignment/absences/{Absence.objects.get().pk}/end/")
        assert not Absence.objects.exists()

    def test_everybody_enters_the_own_absence(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        days = {"first_day": "2099-01-01", "last_day": "2099-01-05"}
        client = visit(cast.owner)
        assert client.post(f"/assignment/people/{cast.owner.pk}/absence/", days).status_code == 302
        assert client.post(f"/assignment/people/{cast.teammate.pk}/absence/", days).status_code == 404
        client_of_other = visit(cast.stranger)
        assert (
            client_of_other.post(f"/assignment/absences/{Absence.objects.get().pk}/end/").status_code == 403
        )

    def test_handing_over(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        a_lead(owner=cast.owner)
        client = visit(cast.manager)
        address = reverse("assignment:hand_over", args=[cast.owner.pk])
        assert "1 open and 0 closed leads" in text(client.get(address))
        client.post(address, {"to": [cast.teammate.pk], "with_closed": "on", "reason": "离职"})
        assert Lead.objects.get().owner == cast.teammate


class TestConflicts:
    def test_both_histories_and_the_decision(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        a_lead(owner=cast.owner, customer="同一客户", number="OLD")
        arrives("同一客户", actor=cast.stranger, now=NOW + hours(1), number="NEW")
        case = ConflictCase.objects.get()
        client = visit(cast.other_manager)
        assert "同一客户" in text(client.get("/conflicts/"))
        page = text(client.get(f"/conflicts/{case.pk}/"))
        assert "OLD" in page
        assert "NEW" in page
        refused = client.post(f"/conflicts/{case.pk}/", {"winner": cast.owner.pk, "reason": ""})
        assert refused.status_code == 422
        client.post(f"/conflicts/{case.pk}/", {"winner": cast.owner.pk, "reason": "先登记"})
        assert Lead.objects.get(number="NEW").owner == cast.owner
        assert "Owner answers for the customer." in text(client.get(f"/conflicts/{case.pk}/"))

    def test_of_the_other_teams_lead_no_words_are_shown(
        self, cast: Cast, visit: Callable[[User], Client]
    ) -> None:
        from leadloop.leads.operations import log_follow_up

        old = a_lead(owner=cast.owner, customer="同一客户", number="OLD")
        log_follow_up(lead=old, actor=cast.owner, now=NOW, note="王总手机另有一个")
        arrives("同一客户", actor=cast.stranger, now=NOW + hours(1))
        address = f"/conflicts/{ConflictCase.objects.get().pk}/"
        assert "王总手机" in text(visit(cast.manager).get(address))
        assert "王总手机" not in text(visit(cast.other_manager).get(address))
        assert visit(cast.owner).get(address).status_code == 404

    def test_closed_meanwhile(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        from leadloop.leads.operations import lose_lead

        old = a_lead(owner=cast.owner, customer="同一客户")
        arrives("同一客户", actor=cast.stranger, now=NOW + hours(1))
        lose_lead(lead=old, reason=loss_reason("budget_too_small"), actor=cast.owner, now=NOW + hours(2))
        sweep(now=NOW + hours(3))
        page = text(visit(cast.manager).get("/conflicts/"))
        assert "settled itself" in page


class TestPools:
    def test_made_changed_and_removed(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.ops)
        pool = {
            "name": "大客户公海",
            "grade": ["A"],
            "seen_by": [cast.north.pk],
            "daily_views": "0",
            "cooling_off_hours": "4",
            "shown_before_claim": ["industry"],
        }
        assert client.post("/assignment/pools/new/", pool).status_code == 302
        (made,) = policy(default_process(), "pool")["pools"]
        assert (made["name"], made["when"], made["cooling_off_hours"]) == ("大客户公海", {"grade": ["A"]}, 4)
        page = text(client.get("/assignment/pools/"))
        assert "大客户公海" in page
        assert "on the pool page only" in page
        without = client.post("/assignment/pools/0/", {**pool, "grade": []})
        assert without.status_code == 422
        assert "Pool 1: Without a condition it would be the common pool." in text(without)
        client.post("/assignment/pools/0/remove/")
        assert policy(default_process(), "pool")["pools"] == []

    def test_the_common_rules(self, cast: Cast, visit: Callable[[User], Client]) -> None:
        client = visit(cast.ops)
        data = {
            "return_a": "5",
            "return_b": "0",
            "return_c": "30",
            "warn_days_before": "1",
            "open_claims_per_person": "9",
            "own_former_lead_days": "3",
            "daily_views": "0",
            "cooling_off_hours": "0",
            "shown_before_claim": ["customer", "industry", "region", "channel"],
        }
        assert client.post("/assignment/pools/general/", data).status_code == 302
        found = policy(default_process(), "pool")
        assert (found["return_after_days"], found["open_claims_per_person"]) == ({"A": 5.0, "C": 30.0}, 9)
        assert policy(default_process(), "conflict")["hold"] is False
