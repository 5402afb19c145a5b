"""The invented company that the sandbox serves."""
