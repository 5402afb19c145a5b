"""Map the items of API responses to Singer records."""
