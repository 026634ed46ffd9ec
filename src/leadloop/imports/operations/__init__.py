"""Everything that is done with an import, from the upload to the undo. None of it needs a web request."""

from leadloop.imports.operations.deciding import cancel, discard, set_mapping, start
from leadloop.imports.operations.lease import waiting
from leadloop.imports.operations.receiving import receive, receive_paths
from leadloop.imports.operations.running import import_file, run
from leadloop.imports.operations.undoing import undo

__all__ = [
    "cancel",
    "discard",
    "import_file",
    "receive",
    "receive_paths",
    "run",
    "set_mapping",
    "start",
    "undo",
    "waiting",
]
