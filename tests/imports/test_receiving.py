"""Files come in whole or not at all."""

from __future__ import annotations

import errno
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW

from leadloop.foundation.errors import DataError
from leadloop.imports.models import Import
from leadloop.imports.operations import receive
from leadloop.imports.uploads import paths_of

pytestmark = pytest.mark.django_db


class FullDisk(BytesIO):
    def read(self, *_size: Any) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_is_said_and_leaves_nothing(cast: Cast, settings: Any) -> None:
    files = [("one.csv", BytesIO(b"a,b\n1,2\n")), ("two.csv", FullDisk())]
    with pytest.raises(DataError) as refused:
        receive(files=files, actor=cast.ops, now=NOW)
    assert "No space left" in str(refused.value.message.params)
    assert not Import.objects.exists()
    assert list(Path(settings.UPLOADS).iterdir()) == []


@pytest.mark.parametrize("name", ["线索" * 120 + ".csv", "../../secret-key", "..", "a/b\\c.csv", "\x00"])
def test_no_name_leads_elsewhere(name: str, cast: Cast, settings: Any) -> None:
    import_ = receive(files=[(name, BytesIO(b"a,b\n1,2\n"))], actor=cast.ops, now=NOW)
    (path,) = paths_of(import_)
    assert path.parent == Path(settings.UPLOADS) / str(import_.pk)
    assert path.suffix == (".csv" if name.endswith(".csv") else "")
