"""Programs that the tap is compared with. None of them shares code with the tap."""
