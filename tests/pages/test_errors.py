from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from tests.cast import Cast
from tests.pages.conftest import SignedIn

from leadloop.foundation import errors
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.errors import ErrorPages


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound, 404),
        (errors.NotAllowed, 403),
        (errors.Conflict, 409),
        (errors.UsageError, 400),
        (errors.DataError, 400),
    ],
)
def test_each_error_has_its_page_with_its_words(
    error: type[errors.LeadloopError], status: int, db: None
) -> None:
    pages = ErrorPages(lambda request: None)  # type: ignore[arg-type,return-value]
    request = RequestFactory().get("/")
    answer = pages.process_exception(request, error(msg("%(thing)s is so.", thing="<b>it</b>")))
    assert answer is not None
    assert answer.status_code == status
    assert "&lt;b&gt;it&lt;/b&gt; is so." in answer.content.decode()


def test_other_errors_are_left_to_the_framework() -> None:
    pages = ErrorPages(lambda request: None)  # type: ignore[arg-type,return-value]
    assert pages.process_exception(RequestFactory().get("/"), ValueError("ours")) is None


def test_an_address_that_does_not_exist(cast: Cast, signed_in: SignedIn) -> None:
    answer = signed_in(cast.owner).get("/nowhere/at/all/")
    assert answer.status_code == 404
    assert b"empty-state" in answer.content


def test_a_form_without_its_token(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert b"empty-state" in answer.content


@pytest.mark.parametrize("status", [400, 500])
def test_pages_that_the_framework_renders_without_a_request(status: int) -> None:
    assert "empty-state" in render_to_string(f"{status}.html")


def test_a_nul_in_an_address_is_refused_on_both_databases(cast: Cast, signed_in: SignedIn) -> None:
    assert signed_in(cast.owner).get("/leads/?q=%00").status_code == 400
