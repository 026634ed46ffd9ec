"""Reads about warnings."""

from leadloop.warnings.queries.alerts import in_words, of_lead, open_for
from leadloop.warnings.queries.precision import Precision, precision, precisions

__all__ = ["Precision", "in_words", "of_lead", "open_for", "precision", "precisions"]
