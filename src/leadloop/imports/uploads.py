"""Where the files of an import are kept."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.imports.models import Import


def folder_of(import_: Import) -> Path:
    return Path(settings.UPLOADS) / str(import_.pk)


def paths_of(import_: Import) -> list[Path]:
    """The files, in the order given. Raises :class:`DataError` when they are gone."""
    paths = [Path(settings.UPLOADS) / file["path"] for file in import_.files]
    for path in paths:
        if not path.is_file():
            raise DataError(msg("The file “%(name)s” is no longer kept. Upload it again.", name=path.name))
    return paths
