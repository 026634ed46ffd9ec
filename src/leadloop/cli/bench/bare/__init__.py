"""The yardstick: a project as ``startproject`` makes it, with one table, one list, one insert."""
