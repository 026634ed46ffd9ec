"""Differences of times as whole numbers.

Engines differ in what a difference of two times is, and the embedded one computes parts of a time with a
zone through a calendar, forty times slower than the number it is stored as. Each has a function for that
number.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from leadloop.analysis.tables import UNITS_PER_DAY

_SIGNATURE = (("timestamp('UTC')",), "int64")


@ibis.udf.scalar.builtin(name="epoch_us", signature=_SIGNATURE)
def _epoch_us(moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """DuckDB."""


@ibis.udf.scalar.builtin(name="unix_micros", signature=_SIGNATURE)
def _unix_micros(moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Spark."""


MICROS_PER_DAY = 86_400_000_000
UNIT = MICROS_PER_DAY // UNITS_PER_DAY
"""0.01 day: the unit of ``dwell_k`` and ``cycle``."""


def micros(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Microseconds since 1970, UTC."""
    backends, _ = moment._find_backends()
    on_spark = any(backend.name == "pyspark" for backend in backends)
    return _unix_micros(moment) if on_spark else _epoch_us(moment)
