"""Everything that is done with an import, from the upload to the undo. None of it needs a web request."""

from typing import TYPE_CHECKING, Any

from leadloop.imports.operations.deciding import cancel, discard, set_mapping, set_options, start
from leadloop.imports.operations.lease import waiting
from leadloop.imports.operations.looking_over import left_over, look_over
from leadloop.imports.operations.receiving import receive, receive_paths
from leadloop.imports.operations.undoing import undo

if TYPE_CHECKING:
    from leadloop.imports.operations.running import import_file, run

__all__ = [
    "cancel",
    "discard",
    "import_file",
    "left_over",
    "look_over",
    "receive",
    "receive_paths",
    "run",
    "set_mapping",
    "set_options",
    "start",
    "undo",
    "waiting",
]


def __getattr__(name: str) -> Any:
    # Running loads Arrow, which a web process that only shows pages should not hold in memory.
    if name in {"import_file", "run"}:
        from leadloop.imports.operations import running

        return getattr(running, name)
    raise AttributeError(name)
