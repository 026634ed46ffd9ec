"""How alike two records of companies or people are, and why. Pure: no tables, no framework."""
