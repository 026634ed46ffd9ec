"""How well leads are followed up: timeliness, need discovery, records in time, what was put off.

Everything is counted of the leads that the reader is responsible for, in one period, and every number is
the number of rows behind it.
"""
