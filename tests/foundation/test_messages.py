"""Messages are data until somebody's language is known."""

from __future__ import annotations

import pytest

from leadloop.foundation.messages import msg

pytestmark = pytest.mark.pure


def test_parameters_are_put_in_after_translation() -> None:
    message = msg("%(count)s leads", count=3)
    assert message.render({"%(count)s leads": "%(count)s 条线索"}.__getitem__) == "3 条线索"
    assert str(message) == "3 leads"


def test_a_percent_sign_without_parameters_stays() -> None:
    assert str(msg("100 % of the leads")) == "100 % of the leads"


def test_a_message_may_hold_a_message() -> None:
    assert str(msg("%(what)s is missing", what=msg("The amount"))) == "The amount is missing"
