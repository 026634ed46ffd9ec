"""Dates that nobody reads the wrong way round."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
MONTH_DAY_FORMAT = "j M"
