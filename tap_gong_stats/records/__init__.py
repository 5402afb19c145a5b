"""From an item of a response to a Singer record."""
