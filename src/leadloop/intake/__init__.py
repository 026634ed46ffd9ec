"""Foreign files to leads and events: encodings, columns, values. Pure: no Django.

``open_files`` looks at the files and says what it understood; ``batches`` of the
result then reads them in bounded memory.
"""

from leadloop.intake.fields import PERSONAL
from leadloop.intake.result import Batch, ColumnUse, Issue, Source, StageGuess, Understanding
from leadloop.intake.source import open_files

__all__ = ["PERSONAL", "Batch", "ColumnUse", "Issue", "Source", "StageGuess", "Understanding", "open_files"]
