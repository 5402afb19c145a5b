"""A local Gong: the API's statistics endpoints over an invented company."""
