"""Models of request bodies and query strings; they reject whatever they do not declare."""
