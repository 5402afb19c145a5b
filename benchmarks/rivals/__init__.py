"""What the tap is measured against. None of it shares code with the tap."""
