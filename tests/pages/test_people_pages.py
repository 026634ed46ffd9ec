from __future__ import annotations

import pytest
from django.test import Client, override_settings
from tests.cast import Cast
from tests.factories import PASSWORD, a_user
from tests.pages.conftest import SignedIn

from leadloop.people.models import User


class TestSignIn:
    @pytest.fixture
    def wang(self, db: None) -> User:
        return a_user("wang", password=PASSWORD)

    def enter(self, onward: str) -> str:
        client = Client()
        data = {"username": "wang", "password": PASSWORD, "next": onward}
        return client.post("/accounts/sign-in/", data).headers["Location"]

    def test_one_goes_on_to_where_one_wanted(self, wang: User) -> None:
        assert self.enter("/leads/?grade=A") == "/leads/?grade=A"

    @pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
    def test_but_never_to_another_site(self, wang: User, address: str) -> None:
        assert self.enter(address) == "/"

    def test_a_wrong_password_is_said_and_the_name_kept(self, wang: User) -> None:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        page = client.post("/accounts/sign-in/", {"username": "wang", "password": "wrong"})
        assert page.status_code == 200
        assert b"do not belong together" in page.content
        assert b'value="wang"' in page.content
        assert b"wrong" not in page.content

    def test_demo_users_are_offered_in_the_demo_only(self, db: None) -> None:
        assert b"data-fill-user" not in Client().get("/accounts/sign-in/").content
        with override_settings(DEMO=True):
            assert Client().get("/accounts/sign-in/").content.count(b"data-fill-user") == 6

    def test_a_visitor_chooses_the_language(self, db: None) -> None:
        client = Client()
        assert b"Sign in" not in client.get("/accounts/sign-in/").content
        client.post("/accounts/choose/", {"language": "en", "next": "/accounts/sign-in/"})
        assert b"Sign in" in client.get("/accounts/sign-in/").content

    def test_sign_out_needs_a_form(self, ops: Client) -> None:
        assert ops.get("/accounts/sign-out/").status_code == 405
        assert ops.post("/accounts/sign-out/").status_code == 302
        assert ops.get("/").status_code == 302


class TestPreferences:
    def test_they_are_kept_and_used(self, cast: Cast, signed_in: SignedIn) -> None:
        client = signed_in(cast.owner)
        data = {"language": "en", "theme": "dark", "zone": "Europe/Berlin"}
        assert client.post("/accounts/preferences/", data).status_code == 302
        cast.owner.refresh_from_db()
        assert (cast.owner.language, cast.owner.theme, cast.owner.zone) == ("en", "dark", "Europe/Berlin")
        page = client.get("/accounts/preferences/", headers={"Accept-Language": "zh-CN"})
        assert b'lang="en" data-theme-choice="dark"' in page.content

    def test_the_menu_changes_one_and_keeps_the_others(self, cast: Cast, signed_in: SignedIn) -> None:
        client = signed_in(cast.owner)
        client.post("/accounts/choose/", {"language": "en"})
        answer = client.post("/accounts/choose/", {"theme": "light", "next": "/leads/"})
        assert answer.headers["Location"] == "/leads/"
        cast.owner.refresh_from_db()
        assert (cast.owner.language, cast.owner.theme) == ("en", "light")

    @pytest.mark.parametrize("data", [{"theme": "pink"}, {"language": "xx"}, {"next": "//example.com"}])
    def test_what_does_not_exist_is_left_alone(
        self, data: dict[str, str], cast: Cast, signed_in: SignedIn
    ) -> None:
        answer = signed_in(cast.owner).post("/accounts/choose/", data)
        assert answer.headers["Location"] == "/"
        cast.owner.refresh_from_db()
        assert (cast.owner.language, cast.owner.theme) == ("", "auto")


class TestPeople:
    @pytest.fixture
    def admin(self, cast: Cast, signed_in: SignedIn) -> Client:
        return signed_in(cast.admin)

    def test_a_new_person_with_a_role(self, cast: Cast, admin: Client) -> None:
        data = {"username": "li", "display_name": "李四", "role": "rep", "team": cast.south.pk}
        assert admin.post("/accounts/people/new/", data).status_code == 302
        membership = User.objects.get(username="li").memberships.get()
        assert (membership.role, membership.team) == ("rep", cast.south)

    def test_a_taken_name_is_said_at_its_field(self, admin: Client) -> None:
        answer = admin.post(
            "/accounts/people/new/", {"username": "owner", "display_name": "x", "role": "ops"}
        )
        assert answer.status_code == 422
        assert answer.context["form"].errors["username"]

    def test_roles_can_be_added_and_taken_away(self, cast: Cast, admin: Client) -> None:
        data = {"role_0": "rep", "team_0": cast.south.pk, "role_1": "marketing", "active": "on"}
        assert admin.post(f"/accounts/people/{cast.owner.pk}/", data).status_code == 302
        assert sorted(cast.owner.memberships.values_list("role", flat=True)) == ["marketing", "rep"]

    def test_the_last_administrator_stays(self, cast: Cast, admin: Client) -> None:
        answer = admin.post(f"/accounts/people/{cast.admin.pk}/", {"role_0": "ops", "active": "on"})
        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()

    def test_a_new_team_below_another(self, cast: Cast, admin: Client) -> None:
        assert (
            admin.post("/accounts/teams/new/", {"name": "East", "parent": cast.north.pk}).status_code == 302
        )
        assert cast.north.children.filter(name="East").exists()
