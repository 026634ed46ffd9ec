"""leadloop: capture leads, follow them to a signed deal, see honestly where they are lost."""

__version__ = "0.1.0"
