"""SQLite as Django has it, with a queue before its lock: see :mod:`.base`."""
