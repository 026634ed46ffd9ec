"""Reads about assignment: what the policies say, what people have, what waits where and why."""
