"""What needs somebody today: what is due, what was just given, who is late."""
