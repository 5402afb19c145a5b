"""How to call an API: requests, retries, rate limits, paging, authentication."""
