from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.leads.models import Lead


@pytest.fixture(autouse=True)
def attachments(settings: Any, tmp_path: Path) -> Path:
    """Files of a test lie in a folder of its own."""
    settings.ATTACHMENTS = tmp_path / "attachments"
    return tmp_path / "attachments"


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(owner=cast.owner, customer="云帆科技", contact="王敏", grade="A", industry="制造业")
