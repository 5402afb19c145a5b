"""Models of responses, for the documentation page and the tests; responses are not validated."""
