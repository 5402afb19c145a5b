"""OAuth with refresh tokens that can be used only once: the token file and its refresh."""
